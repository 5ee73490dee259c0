"""Work due later is done when its time has come, by one worker, though workers die."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from service_kit.messaging.due_work import DUE_WORK, ClaimLost, DueItem, DueWork
from service_kit.messaging.due_worker import CRASH_POINTS, DueWorker, DueWorkSettings, Handler
from service_kit.runtime.clock import Clock, SettableClock, SystemClock
from service_kit.runtime.crash_points import Crashed, Reached, pass_by
from service_kit.storage.database import Database, Session, connect
from service_kit.storage.indexes import ensure_indexes
from tests.support.background import in_background

MINUTE = timedelta(minutes=1)
STEADY = DueWorkSettings(claim=timedelta(minutes=5), attempts=3, first_pause=MINUTE)


@pytest_asyncio.fixture
async def due_work(database: Database, clock: SettableClock) -> DueWork:
    await ensure_indexes(database, [DUE_WORK])
    return DueWork(database, clock)


@pytest_asyncio.fixture
async def second_database(mongodb_url: str, database_name: str) -> AsyncIterator[Database]:
    database = connect(mongodb_url, database_name)
    yield database
    await database.close()


class Bell:
    """Notes which items it was rung for; may be broken."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self.broken = False

    async def ring(self, item: DueItem) -> None:
        self.rung.append(item.identifier)
        if self.broken:
            raise ValueError("the bell is broken")


def worker_of(
    database: Database,
    clock: SettableClock | SystemClock,
    handler: Handler,
    owner: str = "a",
    settings: DueWorkSettings = STEADY,
    reached: Reached = pass_by,
) -> DueWorker:
    return DueWorker(database, clock, {"ring": handler}, owner, settings=settings, reached=reached)


async def schedule(
    database: Database, due_work: DueWork, clock: Clock, **delays: timedelta
) -> None:
    async def once(session: Session) -> None:
        for identifier, delay in delays.items():
            await due_work.schedule(session, DueItem(identifier, "ring", clock.now() + delay))

    await database.transaction(once)


async def bury(database: Database) -> None:
    """Let the claims of the dead run out."""
    await database.collection(DUE_WORK.name).update_many({}, [{"$set": {"claimUntil": "$$NOW"}}])


async def test_items_are_run_when_their_domain_time_has_come_the_longest_due_first(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    worker = worker_of(database, clock, bell.ring)
    await schedule(database, due_work, clock, later=3 * MINUTE, soon=MINUTE, sooner=MINUTE / 2)
    assert await worker.run_due_once() == 0
    clock.advance(MINUTE - timedelta(milliseconds=1))
    assert await worker.run_due_once() == 1
    clock.advance(timedelta(milliseconds=1))
    assert await worker.run_due_once() == 1
    clock.advance(MINUTE * 60)
    assert await worker.run_due_once() == 1
    assert bell.rung == ["sooner", "soon", "later"]
    assert await due_work.find("later") is None


async def test_the_handler_gets_what_was_scheduled(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    seen: list[DueItem] = []

    async def look(item: DueItem) -> None:
        seen.append(item)

    item = DueItem("x", "ring", clock.now(), {"orderId": "7", "lines": [1, 2]})
    await database.transaction(lambda session: due_work.schedule(session, item))
    await worker_of(database, clock, look).run_due_once()
    assert (seen[0].payload, seen[0].due_at, seen[0].attempts) == (item.payload, item.due_at, 1)


async def test_an_aborted_change_schedules_nothing(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    async def fail(session: Session) -> None:
        await due_work.schedule(session, DueItem("x", "ring", clock.now()))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await database.transaction(fail)
    assert await due_work.find("x") is None


async def test_cancelled_work_is_not_done(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    await schedule(database, due_work, clock, x=MINUTE)
    assert await database.transaction(lambda s: due_work.cancel(s, "x")) is True
    assert await database.transaction(lambda s: due_work.cancel(s, "x")) is False
    clock.advance(MINUTE)
    assert await worker_of(database, clock, bell.ring).run_due_once() == 0


async def test_a_kind_without_handler_is_left_for_others(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    await database.transaction(
        lambda s: due_work.schedule(s, DueItem("x", "another kind", clock.now()))
    )
    assert await worker_of(database, clock, Bell().ring).run_due_once() == 0
    assert await due_work.find("x") is not None


async def test_two_workers_share_the_work_and_do_each_item_once(
    database: Database, second_database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    names = [f"item-{n:02}" for n in range(30)]
    await schedule(database, due_work, clock, **dict.fromkeys(names, MINUTE))
    clock.advance(MINUTE)
    workers = [
        worker_of(database, clock, bell.ring),
        worker_of(second_database, clock, bell.ring, "b"),
    ]
    counts = await asyncio.gather(*(worker.run_due_once() for worker in workers * 2))
    assert sum(counts) == 30
    assert sorted(bell.rung) == names


async def test_work_is_not_done_by_another_while_its_worker_is_at_it(
    database: Database, second_database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def take_long(_: DueItem) -> None:
        begun.set()
        await may_end.wait()

    short = DueWorkSettings(claim=timedelta(seconds=1))
    await schedule(database, due_work, clock, x=timedelta(0))
    slow = asyncio.create_task(worker_of(database, clock, take_long, settings=short).run_due_once())
    await begun.wait()
    bell = Bell()
    other = worker_of(second_database, clock, bell.ring, "b", short)
    claim = (await database.collection(DUE_WORK.name).find_one({"_id": "x"}) or {})["claimUntil"]
    prolonged = claim
    async with asyncio.timeout(30):
        while prolonged <= claim + timedelta(seconds=1):  # well beyond the first claim
            assert await other.run_due_once() == 0
            found = await database.collection(DUE_WORK.name).find_one({"_id": "x"})
            prolonged = (found or {})["claimUntil"]
    may_end.set()
    assert await slow == 1
    assert bell.rung == []


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_work_of_a_worker_that_died_is_done_by_another_after_its_claim(
    database: Database, due_work: DueWork, clock: SettableClock, point: str
) -> None:
    def reached(name: str) -> None:
        if name == point:
            raise Crashed(name)

    bell = Bell()
    await schedule(database, due_work, clock, x=timedelta(0))
    with pytest.raises(Crashed):
        await worker_of(database, clock, bell.ring, "first", reached=reached).run_due_once()
    second = worker_of(database, clock, bell.ring, "second")
    assert await second.run_due_once() == 0, "the claim of the dead still runs"
    await bury(database)
    assert await second.run_due_once() == 1
    assert await due_work.find("x") is None


async def test_a_worker_that_was_taken_for_dead_can_neither_finish_nor_free_the_item(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    effects = database.collection("effects")
    await effects.insert_one({"_id": "x", "by": []})
    second_has_begun, second_may_end = asyncio.Event(), asyncio.Event()

    async def write(item: DueItem, who: str) -> None:
        async def once(session: Session) -> None:
            await due_work.finish(session, item)
            await effects.update_one({"_id": "x"}, {"$push": {"by": who}}, session=session)

        await database.transaction(once)

    async def second(item: DueItem) -> None:
        second_has_begun.set()
        await second_may_end.wait()
        await write(item, "second")

    async def first(item: DueItem) -> None:
        await bury(database)
        later.append(asyncio.create_task(worker_of(database, clock, second, "second").run_now("x")))
        await second_has_begun.wait()
        with pytest.raises(ClaimLost):
            await write(item, "first")
        raise ValueError("late, and therefore nobody's business")

    later: list[asyncio.Task[bool]] = []
    await schedule(database, due_work, clock, x=timedelta(0))
    assert await worker_of(database, clock, first, "first").run_now("x") is False
    assert await worker_of(database, clock, Bell().ring, "third").run_now("x") is False
    second_may_end.set()
    assert await later[0] is True
    assert await effects.find_one({"_id": "x"}) == {"_id": "x", "by": ["second"]}
    assert await due_work.find("x") is None


async def test_a_handler_that_finds_its_claim_lost_leaves_the_item_alone(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    async def cancelled_meanwhile(item: DueItem) -> None:
        await database.transaction(lambda session: due_work.cancel(session, item.identifier))
        await database.transaction(lambda session: due_work.finish(session, item))

    await schedule(database, due_work, clock, x=timedelta(0))
    assert await worker_of(database, clock, cancelled_meanwhile).run_now("x") is False
    assert await due_work.find("x") is None


async def test_failed_work_is_repeated_after_growing_pauses_and_parked_in_the_end(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    bell.broken = True
    worker = worker_of(database, clock, bell.ring)
    await schedule(database, due_work, clock, x=timedelta(0))
    assert (await worker.run_due_once(), await worker.run_due_once()) == (1, 0)
    clock.advance(MINUTE)
    assert (await worker.run_due_once(), await worker.run_due_once()) == (1, 0)
    clock.advance(MINUTE)
    assert await worker.run_due_once() == 0, "the second pause is twice as long"
    assert await due_work.parked() == []
    clock.advance(MINUTE)
    assert await worker.run_due_once() == 1
    clock.advance(timedelta(days=30))
    assert await worker.run_due_once() == 0
    (parked,) = await due_work.parked()
    assert (parked.item.identifier, parked.item.attempts) == ("x", 3)
    assert await due_work.parked_among(["x", "y"]) == {"x": clock.now() - timedelta(days=30)}
    assert parked.error == "ValueError: the bell is broken"


async def test_work_that_comes_further_is_not_parked_however_often_it_fails(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    class Climber(Bell):
        async def ring(self, item: DueItem) -> None:
            await database.transaction(lambda session: due_work.progressed(session, "x"))
            await super().ring(item)

    climber = Climber()
    climber.broken = True
    worker = worker_of(database, clock, climber.ring)
    await schedule(database, due_work, clock, x=timedelta(0))
    for _ in range(9):
        assert await worker.run_due_once() == 1
        clock.advance(MINUTE)

    assert await due_work.parked() == []
    assert await due_work.parked_among(["x"]) == {}


async def test_parked_work_is_done_when_released_and_gone_when_discarded(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    bell.broken = True
    once = DueWorkSettings(attempts=1)
    worker = worker_of(database, clock, bell.ring, settings=once)
    await schedule(database, due_work, clock, x=timedelta(0), y=timedelta(0))
    assert await worker.run_due_once() == 2
    assert await worker.run_now("x") is False, "parked work waits for a decision"
    bell.broken = False
    told: list[str] = []

    async def hear(_session: Session, item: DueItem) -> None:
        told.append(item.identifier)

    async def discard(identifier: str) -> bool:
        return await database.transaction(
            lambda session: due_work.discard(session, identifier, {"ring": hear})
        )

    assert (await due_work.release("x"), await discard("y")) == (True, True)
    assert (await due_work.release("y"), await discard("x")) == (False, False)
    assert told == ["y"]
    assert await worker.run_due_once() == 1
    assert await due_work.parked() == []
    assert (await due_work.find("x"), await due_work.find("y")) == (None, None)


async def test_work_that_kills_its_workers_is_parked_too(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    async def kill(_: DueItem) -> None:
        raise Crashed("in the middle")

    await schedule(database, due_work, clock, x=timedelta(0))
    for generation in range(STEADY.attempts):
        with pytest.raises(Crashed):
            await worker_of(database, clock, kill, f"owner-{generation}").run_due_once()
        await bury(database)
    assert await worker_of(database, clock, kill, "last").run_due_once() == 1
    (parked,) = await due_work.parked()
    assert "died" in parked.error


async def test_work_may_be_run_at_once_before_it_is_due(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    worker = worker_of(database, clock, bell.ring)
    await schedule(database, due_work, clock, x=timedelta(hours=1))
    assert await worker.run_now("x") is True
    assert await worker.run_now("x") is False
    assert await worker.run_now("never scheduled") is False
    assert bell.rung == ["x"]


async def test_work_run_at_once_that_fails_is_repeated_like_any_other(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    bell.broken = True
    worker = worker_of(database, clock, bell.ring)
    await schedule(database, due_work, clock, x=timedelta(hours=1))
    assert await worker.run_now("x") is False
    bell.broken = False
    clock.advance(MINUTE)
    assert await worker.run_due_once() == 1


async def test_a_handler_may_schedule_its_own_item_again(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    async def again_tomorrow(item: DueItem) -> None:
        following = DueItem(item.identifier, "ring", item.due_at + timedelta(days=1))
        await database.transaction(lambda session: due_work.schedule(session, following))

    worker = worker_of(database, clock, again_tomorrow)
    await schedule(database, due_work, clock, x=timedelta(0))
    assert await worker.run_due_once() == 1
    clock.advance(timedelta(days=1))
    assert await worker.run_due_once() == 1
    found = await due_work.find("x")
    assert found is not None
    assert (found.due_at, found.attempts) == (clock.now() + timedelta(days=1), 0)


async def test_a_running_worker_is_woken_by_a_commit_and_stops_in_order(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    begun = asyncio.Event()

    async def never_end(_: DueItem) -> None:
        begun.set()
        await asyncio.Event().wait()

    abrupt = DueWorkSettings(poll=timedelta(hours=1), grace=timedelta(0))
    worker = worker_of(database, clock, never_end, settings=abrupt)
    due_work.on_scheduled(worker.wake)
    async with in_background(worker.run()):
        await asyncio.sleep(0)
        await schedule(database, due_work, clock, x=timedelta(0))
        await begun.wait()
    bell = Bell()
    assert await worker_of(database, clock, bell.ring, "b").run_due_once() == 1


async def test_a_running_worker_waits_no_longer_than_until_the_next_item(
    database: Database, due_work: DueWork
) -> None:
    clock, rung = SystemClock(), asyncio.Event()

    async def ring(_: DueItem) -> None:
        rung.set()

    item = DueItem("x", "ring", clock.now() + timedelta(milliseconds=200))
    await database.transaction(lambda session: due_work.schedule(session, item))
    hourly = DueWorkSettings(poll=timedelta(hours=1))
    async with in_background(worker_of(database, clock, ring, settings=hourly).run()):
        await rung.wait()


async def test_a_resting_worker_is_woken_by_what_falls_due_before_its_next_look(
    database: Database, due_work: DueWork
) -> None:
    clock, rung = SystemClock(), asyncio.Queue[str]()

    async def ring(item: DueItem) -> None:
        rung.put_nowait(item.identifier)

    worker = worker_of(database, clock, ring, settings=DueWorkSettings(poll=timedelta(minutes=10)))
    due_work.on_scheduled(worker.wake)
    async with in_background(worker.run()):
        await schedule(database, due_work, clock, now=timedelta(0))
        await schedule(database, due_work, clock, later=timedelta(hours=1))
        await schedule(database, due_work, clock, soon=timedelta(milliseconds=200))
        assert [await rung.get() for _ in range(2)] == ["now", "soon"]


async def test_a_worker_told_to_stop_ends_what_it_has_begun(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def take_long(_: DueItem) -> None:
        begun.set()
        await may_end.wait()

    await schedule(database, due_work, clock, x=timedelta(0))
    running = asyncio.create_task(worker_of(database, clock, take_long).run())
    await begun.wait()
    running.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await due_work.find("x") is None


async def test_an_item_of_a_newer_release_is_left_to_its_processes(
    database: Database, due_work: DueWork, clock: SettableClock
) -> None:
    bell = Bell()
    worker = worker_of(database, clock, bell.ring)
    await schedule(database, due_work, clock, newer=timedelta(0), ours=timedelta(0))
    which = {"_id": "newer"}
    await database.collection(DUE_WORK.name).update_one(which, {"$set": {"schemaVersion": 2}})
    assert await worker.run_due_once() == 1
    assert await worker.run_now("newer") is False
    left = await database.collection(DUE_WORK.name).find_one(which)
    assert left is not None
    assert (bell.rung, left["attempts"], left["claim"]) == (["ours"], 0, "")
