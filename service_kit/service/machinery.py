"""What runs beside the requests of a service: the relay of its events, and its due work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from service_kit.messaging.backlog import Backlog
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.due_worker import DueWorker, DueWorkSettings, Handler
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.outbox import Outbox
from service_kit.messaging.relay import Relay
from service_kit.messaging.transactions import Storage
from service_kit.runtime.identifiers import new_identifier
from service_kit.service.foundation import Foundation
from service_kit.storage.idempotency import MongoOutcomes

PATIENT: Final = DueWorkSettings(attempts=200, longest_pause=timedelta(minutes=1))
"""Due work is tried for some hours: another service may be away for as long as that."""


@dataclass(frozen=True, slots=True)
class Machinery:
    """The parts that every service has, joined."""

    storage: Storage
    relay: Relay
    due_worker: DueWorker
    log: EventLog
    backlog: Backlog


def storage_of(foundation: Foundation) -> Storage:
    """Give what the transactions of the service write to."""
    database, clock = foundation.database, foundation.clock
    return Storage(
        database,
        MongoOutcomes(database, clock),
        Outbox(database, foundation.name, foundation.partitions),
        DueWork(database, clock),
    )


def machinery_of(
    foundation: Foundation,
    storage: Storage,
    handlers: Mapping[str, Handler],
    due_work: DueWorkSettings | None = None,
) -> Machinery:
    """Join who tells of commits and who does due work; each commit of the process wakes them."""
    database, bus, clock = foundation.database, foundation.bus, foundation.clock
    name, partitions, owner = foundation.name, foundation.partitions, new_identifier()
    relay = Relay(database, bus, name, partitions, owner, settings=foundation.relay)
    worker = DueWorker(
        database, clock, handlers, owner, settings=due_work, reached=foundation.reached
    )
    storage.outbox.on_commit(relay.wake)
    storage.due_work.on_scheduled(worker.wake)
    return Machinery(
        storage,
        relay,
        worker,
        EventLog(bus, name, partitions, foundation.works),
        Backlog(database, bus, clock, name, foundation.registry),
    )
