"""What every service does now and then: forget old outcomes, and measure what waits."""

from datetime import timedelta
from functools import partial

from service_kit.messaging.backlog import Backlog
from service_kit.runtime.periodically import periodically
from service_kit.runtime.running import Work
from service_kit.storage.idempotency import MongoOutcomes

PURGE_EVERY = timedelta(minutes=10)
MEASURE_EVERY = timedelta(seconds=15)


def upkeep(outcomes: MongoOutcomes, backlog: Backlog) -> tuple[Work, ...]:
    """Give works without end, to be run beside the app."""
    return (
        partial(periodically, "outcomes.purge", PURGE_EVERY, outcomes.purge),
        partial(periodically, "backlog", MEASURE_EVERY, backlog.measure),
    )
