"""No step of the log reads a whole collection that grows."""

from typing import Any

from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from service_kit.messaging.backlog import Backlog
from service_kit.messaging.bus import Bus
from service_kit.messaging.consumer import CONSUMER_COLLECTIONS, Consumer
from service_kit.messaging.due_work import DUE_WORK, DueItem, DueWork
from service_kit.messaging.due_worker import DueWorker
from service_kit.messaging.envelope import Event
from service_kit.messaging.relay import Relay
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, Session
from service_kit.storage.idempotency import OUTCOMES, MongoOutcomes
from service_kit.storage.indexes import ensure_indexes
from tests.support.told_events import (
    PARTITIONS,
    SERVICE,
    CountingService,
    prepare,
    streams,
)

SMALL = {"cursors", "leases", "positions"}


async def test_every_query_of_the_log_is_answered_by_an_index(
    database: Database,
    bus: Bus,
    clock: SettableClock,
    mongodb_client: MongoClient[dict[str, Any]],
    database_name: str,
) -> None:
    await prepare(database)
    await ensure_indexes(database, [*CONSUMER_COLLECTIONS, DUE_WORK, OUTCOMES])
    mongodb_client[database_name].command("profile", 2)

    counting = CountingService(database)
    await counting.count("a", "b", "c", "d")
    await counting.outbox.pending()
    relay = Relay(database, bus, SERVICE, PARTITIONS, "a")
    await relay._positions.waiting(list(range(PARTITIONS)))
    await relay.drain()
    for stream in streams():
        await bus.delete(stream)
    await relay.refill()

    async def refuse(_: Session, __: Event) -> None:
        raise ValueError("no")

    consumer = Consumer("reader", bus, database, streams(), refuse, owner="a")
    await consumer.run_once()
    await consumer.parking.entities("reader")
    await consumer.retry("Counter:a")

    async def done(_: DueItem) -> None:
        return

    due_work, worker = DueWork(database, clock), DueWorker(database, clock, {"x": done}, "a")
    item = DueItem("1", "x", clock.now())
    await database.transaction(lambda session: due_work.schedule(session, item))
    await worker._look()
    await worker.run_due_once()
    await due_work.parked()
    await MongoOutcomes(database, clock).purge()
    await Backlog(database, bus, clock, SERVICE, CollectorRegistry()).measure()

    mongodb_client[database_name].command("profile", 0)
    profile = mongodb_client[database_name]["system.profile"]
    scans = {
        entry["ns"].split(".", 1)[1]: entry["command"]
        for entry in profile.find({"planSummary": {"$regex": "COLLSCAN"}})
    }
    assert profile.count_documents({"planSummary": {"$regex": "IXSCAN"}}) > 10
    assert not {name: scan for name, scan in scans.items() if name not in SMALL}
