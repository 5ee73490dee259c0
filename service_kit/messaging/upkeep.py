"""What every service does now and then: forget old outcomes, and measure what waits."""

from collections.abc import Coroutine
from datetime import timedelta

from service_kit.messaging.backlog import Backlog
from service_kit.runtime.periodically import periodically
from service_kit.storage.idempotency import MongoOutcomes

PURGE_EVERY = timedelta(minutes=10)
MEASURE_EVERY = timedelta(seconds=15)


def upkeep(
    outcomes: MongoOutcomes, backlog: Backlog
) -> tuple[Coroutine[object, object, None], ...]:
    """Give works without end, to be run beside the app."""
    return (
        periodically("outcomes.purge", PURGE_EVERY, outcomes.purge),
        periodically("backlog", MEASURE_EVERY, backlog.measure),
    )
