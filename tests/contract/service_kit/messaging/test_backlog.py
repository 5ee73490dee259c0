"""What waits is counted and shown."""

from datetime import timedelta

import orjson
from prometheus_client import CollectorRegistry, generate_latest

from service_kit.messaging.backlog import Backlog, Waiting
from service_kit.messaging.bus import Bus
from service_kit.messaging.consumer import CONSUMER_COLLECTIONS, Consumer, ConsumerSettings
from service_kit.messaging.due_work import DUE_WORK, DueItem, DueWork
from service_kit.messaging.due_worker import DueWorker, DueWorkSettings
from service_kit.messaging.envelope import Event
from service_kit.messaging.relay import Relay
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, Session
from service_kit.storage.indexes import ensure_indexes
from tests.support.told_events import PARTITIONS, SERVICE, CountingService, counted, prepare

NOTHING = Waiting(0, 0.0, 0, 0, {}, {})


async def test_where_nothing_waits_nothing_is_counted(
    database: Database, bus: Bus, clock: SettableClock
) -> None:
    backlog = Backlog(database, bus, clock, SERVICE, CollectorRegistry())
    assert await backlog.measure() == NOTHING


async def test_commits_not_told_yet_are_counted_until_they_are(
    database: Database, bus: Bus, clock: SettableClock
) -> None:
    await prepare(database)
    registry = CollectorRegistry()
    backlog = Backlog(database, bus, clock, SERVICE, registry)
    counting = CountingService(database)
    await counting.count("a")
    await counting.count("a")
    waiting = await backlog.measure()
    assert waiting.untold_commits == 2
    assert 0 <= waiting.oldest_untold < 3600
    assert b'tutti_outbox_waiting{process="counting_svc"} 2.0' in generate_latest(registry)
    await Relay(database, bus, SERVICE, PARTITIONS, "a").drain()
    assert await backlog.measure() == NOTHING


async def test_overdue_and_parked_work_is_counted(
    database: Database, bus: Bus, clock: SettableClock
) -> None:
    await ensure_indexes(database, [DUE_WORK])
    backlog = Backlog(database, bus, clock, SERVICE, CollectorRegistry())
    due_work = DueWork(database, clock)

    async def fail(_: DueItem) -> None:
        raise ValueError("no")

    async def plan(session: Session) -> None:
        for name in ("now", "later"):
            delay = timedelta(hours=name == "later")
            await due_work.schedule(session, DueItem(name, "fail", clock.now() + delay))

    await database.transaction(plan)
    assert (await backlog.measure()).overdue_work == 1
    once = DueWorkSettings(attempts=1)
    await DueWorker(database, clock, {"fail": fail}, "a", settings=once).run_due_once()
    waiting = await backlog.measure()
    assert (waiting.overdue_work, waiting.parked_work) == (0, 1)


async def test_a_consumer_that_lags_is_shown_by_stream(
    database: Database, bus: Bus, clock: SettableClock
) -> None:
    await ensure_indexes(database, CONSUMER_COLLECTIONS)
    backlog = Backlog(database, bus, clock, SERVICE, CollectorRegistry())

    async def dislike(_: Session, event: Event) -> None:
        if event.seq == 1:
            raise ValueError("no")

    consumer = Consumer(
        "reader",
        bus,
        database,
        ["events:other_svc:0"],
        dislike,
        owner="a",
        settings=ConsumerSettings(attempts=1, first_pause=timedelta(0)),
    )
    payloads = [orjson.dumps(counted("a", seq).to_json()) for seq in (1, 2, 3)]
    await bus.append_run("events:other_svc:0", 1, payloads[:2])
    await consumer.run_once()
    await consumer.run_once()
    await bus.append_run("events:other_svc:0", 3, payloads[2:])
    waiting = await backlog.measure()
    assert waiting.behind == {("reader", "events:other_svc:0"): 1}
    assert waiting.parked_events == {"reader": 2}
    await consumer.discard("Counter:a", "reader/events:other_svc:0/1")
    await consumer.retry("Counter:a")
    assert (await backlog.measure()).parked_events == {"reader": 0}


async def test_a_declared_consumer_is_shown_before_it_takes_anything(
    database: Database, bus: Bus, clock: SettableClock
) -> None:
    await ensure_indexes(database, CONSUMER_COLLECTIONS)

    async def take(_session: Session, _event: Event) -> None:
        pass

    streams = ["events:other_svc:0", "events:other_svc:1"]
    consumer = Consumer("reader", bus, database, streams, take, owner="a")
    registry = CollectorRegistry()
    backlog = Backlog(database, bus, clock, SERVICE, registry, [consumer])
    await bus.append_run(streams[0], 41, [b"{}"] * 3, begin=True)

    await backlog.measure()

    labels = 'tutti_consumer_behind{consumer="reader",process="counting_svc",stream='
    shown = generate_latest(registry).decode()
    assert f'{labels}"events:other_svc:0"}} 3.0' in shown
    assert f'{labels}"events:other_svc:1"}} 0.0' in shown
