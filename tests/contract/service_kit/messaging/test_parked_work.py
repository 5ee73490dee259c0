"""Parked work at the command line: shown, tried again, given up."""

from service_kit.messaging.due_work import DUE_WORK, DueItem, DueWork
from service_kit.messaging.due_worker import DueWorker, DueWorkSettings
from service_kit.messaging.parked_work import ParkedWork
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, Session
from service_kit.storage.indexes import ensure_indexes


async def a_parked_item(database: Database, clock: SettableClock, failing: list[str]) -> DueWorker:
    await ensure_indexes(database, [DUE_WORK])
    due_work = DueWork(database, clock)

    async def handle(_: DueItem) -> None:
        if failing:
            raise ValueError(failing[0])

    async def plan(session: Session) -> None:
        await due_work.schedule(session, DueItem("tell", "telling", clock.now()))

    await database.transaction(plan)
    settings = DueWorkSettings(attempts=1)
    worker = DueWorker(database, clock, {"telling": handle}, "worker", settings=settings)
    await worker.run_due_once()
    return worker


async def test_parked_work_is_shown_tried_again_and_then_it_is_done(
    database: Database, clock: SettableClock
) -> None:
    failing = ["the other side was away"]
    worker = await a_parked_item(database, clock, failing)
    parked = ParkedWork(database, clock)
    status, (line,) = await parked.run(["parked"])
    assert status == 0
    assert line.startswith("tell  telling  due 2026-03-02T09:00:00")
    assert "the other side was away" in line
    failing.clear()
    assert await parked.run(["retry", "tell"]) == (0, ["It is tried again."])
    assert await worker.run_due_once() == 1
    assert await parked.run(["parked"]) == (0, ["Nothing is parked."])


async def test_parked_work_that_is_discarded_is_gone(
    database: Database, clock: SettableClock
) -> None:
    await a_parked_item(database, clock, ["no"])
    parked = ParkedWork(database, clock)
    assert await parked.run(["discard", "tell"]) == (0, ["It is given up."])
    assert await parked.run(["discard", "tell"]) == (1, ["Nothing is parked under tell."])
    assert await parked.run(["retry", "tell"]) == (1, ["Nothing is parked under tell."])


async def test_half_a_command_is_explained(database: Database, clock: SettableClock) -> None:
    assert (await ParkedWork(database, clock).run(["retry"]))[0] == 2
