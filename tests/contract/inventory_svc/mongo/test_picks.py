"""Picks out of the ledger of a real MongoDB: a day is counted once, whoever and however often."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pymongo import MongoClient

from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reliability import PICKS_WORK, Picks
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.due_work import pick_handlers
from inventory_svc.mongo.collections import MOVEMENTS, PICKS
from inventory_svc.mongo.picks import MongoPicks
from service_kit.messaging.due_work import DUE_WORK
from service_kit.messaging.due_worker import DueWorker
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def reserved(process: Process, units: int, at: str = "S1") -> Reservation:
    """Have a location keep all that it has, for an order."""
    await process.commits.submit(build.a_count(PositionKey("shirt", at), units))
    decided = await process.commits.submit(build.an_allocation(("shirt", units), among=(at,)))
    assert decided.reservation is not None
    return decided.reservation


async def submit(process: Process, *commands: StockCommand) -> None:
    """Commit commands that must not be refused, all at once."""
    for decided in await asyncio.gather(*map(process.commits.submit, commands)):
        assert decided.outcome.refusals == ()


async def counted(process: Process, since: date = DAY) -> list[Picks]:
    """Do what is due, and read what the picks found."""
    picks = MongoPicks(process.database)
    worker = DueWorker(process.database, process.clock, pick_handlers(picks), "worker")
    while await worker.run_due_once():
        pass
    return list(await picks.picks(since, None, 100))


async def test_units_count_on_the_day_of_their_fate_and_others_do_not(process: Process) -> None:
    process.clock.set(NOON)
    first, second = await reserved(process, 9), await reserved(process, 5, at="W1")
    await submit(process, build.a_consumption(first, 4), build.a_shortage(first, 2, counted=0))
    await submit(process, build.a_release(first, 1), build.a_consumption(second, 5))
    process.clock.advance(timedelta(hours=12))
    assert await counted(process) == []

    process.clock.advance(timedelta(minutes=10))
    assert await counted(process) == [Picks("S1", 4, 2), Picks("W1", 5, 0)]

    await submit(process, build.a_shortage(first, 1))
    assert await counted(process) == [Picks("S1", 4, 2), Picks("W1", 5, 0)]
    process.clock.advance(timedelta(days=1))
    assert await counted(process) == [Picks("S1", 4, 3), Picks("W1", 5, 0)]
    assert await counted(process, DAY + timedelta(days=1)) == [Picks("S1", 0, 1)]


async def test_a_day_counted_by_two_processes_and_again_is_counted_once(
    open_process: OpenProcess,
) -> None:
    one, other = await open_process(), await open_process()
    one.clock.set(NOON)
    first, second = await reserved(one, 3), await reserved(other, 4, at="W1")
    await submit(one, build.a_consumption(first))
    await submit(other, build.a_shortage(second, 4))
    waiting = await one.database.collection(DUE_WORK.name).find({"kind": PICKS_WORK})
    assert [item["_id"] for item in waiting] == ["picksOfDay:2026-03-02"]

    picks = [MongoPicks(each.database) for each in (one, other)]
    await asyncio.gather(*(each.count(DAY) for each in (*picks, *picks)))

    assert await picks[0].picks(DAY, None, 9) == [Picks("S1", 3, 0), Picks("W1", 0, 4)]


async def test_counting_anew_gives_what_the_ledger_says_of_every_day_that_is_over(
    process: Process,
) -> None:
    process.clock.set(NOON)
    reservation = await reserved(process, 9)
    picks, days = MongoPicks(process.database), range(4)
    for _ in days:
        await submit(process, build.a_consumption(reservation, 2))
        process.clock.advance(timedelta(days=1))
    await counted(process)
    told = await process.database.collection(PICKS.name).find({}, sort=(("_id", 1),))
    assert [each["found"] for each in told] == [2] * len(days)
    await submit(process, build.a_shortage(reservation, 1))

    wrong = process.database.collection(PICKS.name)
    await wrong.delete_one({"_id": told[2]["_id"]})
    await wrong.update_one({"_id": told[1]["_id"]}, {"$set": {"found": 7, "missing": 1}})
    early = DAY - timedelta(days=1)
    gone = {"_id": f"S9|{early}", "location": "S9", "day": NOON - timedelta(days=1, hours=12)}
    await wrong.insert_one({**told[0], **gone})
    for _ in range(2):
        await picks.count_anew(process.clock.now())

    assert await wrong.find({}, sort=(("_id", 1),)) == told


async def test_locations_come_page_by_page(process: Process) -> None:
    process.clock.set(NOON)
    for at in ("S1", "S2", "W1"):
        await submit(process, build.a_consumption(await reserved(process, 2, at)))
    picks = MongoPicks(process.database)
    await picks.count(DAY)

    assert [each.location for each in await picks.picks(DAY, None, 2)] == ["S1", "S2"]
    assert [each.location for each in await picks.picks(DAY, "S2", 2)] == ["W1"]


async def test_neither_counting_nor_asking_goes_through_what_else_there_is(
    process: Process, mongodb_client: MongoClient[dict[str, Any]], database_name: str
) -> None:
    process.clock.set(NOON)
    await submit(process, build.a_consumption(await reserved(process, 2)))
    picks, raw = MongoPicks(process.database), mongodb_client[database_name]
    raw.command("profile", 2)

    await picks.count(DAY)
    await picks.picks(DAY, None, 9)

    raw.command("profile", 0)
    looked = raw["system.profile"].find({"command.aggregate": {"$exists": True}})
    used = {each["command"]["aggregate"]: each["planSummary"].split()[0] for each in looked}
    assert used == {MOVEMENTS.name: "IXSCAN", PICKS.name: "IXSCAN"}
    ledger = raw["system.profile"].find_one({"command.aggregate": MOVEMENTS.name})
    assert ledger is not None
    assert ledger["docsExamined"] == 1
