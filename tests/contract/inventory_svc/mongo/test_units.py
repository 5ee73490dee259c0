"""Pieces with serial numbers on a real MongoDB, one process and several."""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inventory_svc.domain.stock.commands import FeedMode, RegisterUnits, UnitExit, UnitsMode
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.unit import ReadPoint, SerialUnit, UnitState
from inventory_svc.mongo.unit_documents import unit_from_document
from inventory_svc.mongo.unit_reads import MongoUnitReads
from inventory_svc.mongo.unit_supply import UnitSupply
from inventory_svc.ports.units import GapsWanted
from service_kit.commands.line_results import results_from_json
from service_kit.storage.database import Session
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

S1 = PositionKey("shirt", "S1")
S2 = PositionKey("shirt", "S2")
SERIALS = tuple(f"p{number:02}" for number in range(12))


async def pieces_of(process: Process) -> list[SerialUnit]:
    found = await process.database.collection("serial_units").find({})
    return [unit_from_document(document) for document in found]


async def check_pieces(process: Process, *keys: PositionKey) -> None:
    """Counters, pieces, claims, histories and tags say the same."""
    units = await pieces_of(process)
    for key in keys:
        here = [unit for unit in units if unit.position == key and unit.is_on_hand]
        kept = [unit for unit in here if unit.state is UnitState.RESERVED]
        position = await process.position(key)
        assert position.pieces == len(here)
        assert position.on_hand >= position.pieces
        assert position.allocated + position.reserved >= len(kept)
        assert await process.folded(key) == await process.counters(key)
    reservations = await process.reads.reservations(
        [unit.claim.reservation_id for unit in units if unit.claim]
    )
    for unit in units:
        steps = await MongoUnitReads(process.database).history(unit.serial, None, 1000)
        assert [step.number for step in steps] == list(range(unit.steps, 0, -1))
        assert (steps[0].state, steps[0].position) == (unit.state, unit.position)
        if unit.state is UnitState.RESERVED and unit.claim is not None:
            pegs = reservations[unit.claim.reservation_id].pegs
            assert [peg.open for peg in pegs if peg.serial == unit.serial] == [1]
    tags = await process.database.collection("serial_unit_tags").find({})
    assert {(tag["_id"], tag["serial"]) for tag in tags} == {
        (unit.epc, unit.serial) for unit in units if unit.epc
    }


def accepted(decided: Sequence[Decided]) -> list[Decided]:
    return [each for each in decided if not each.outcome.refusals]


async def test_what_is_known_of_a_piece_is_read_again(process: Process) -> None:
    await process.commits.submit(build.a_registration(("p1", S1)))
    await process.commits.submit(build.a_purchase("p1", S1))
    await process.commits.submit(
        build.some_reads("S1", "p1", at=process.clock.now(), point=ReadPoint.CEILING)
    )

    (unit,) = await pieces_of(process)

    assert (unit.state, unit.position, unit.version) == (UnitState.RESERVED, S1, 2)
    assert unit.claim is not None
    assert unit.seen is not None
    await check_pieces(process, S1)


async def test_of_64_buyers_on_two_processes_each_piece_has_one(
    open_process: OpenProcess,
) -> None:
    one, other = await open_process(), await open_process()
    await one.commits.submit(build.a_registration(*((serial, S1) for serial in SERIALS)))

    decided = await asyncio.gather(
        *(
            (one, other)[turn % 2].commits.submit(build.a_purchase(serial, S1))
            for turn in range(64)
            for serial in (SERIALS[turn % 4],)
        )
    )

    assert len(accepted(decided)) == 4
    refused = {refusal.code for each in decided for refusal in each.outcome.refusals}
    assert refused == {"UNIT_NOT_AVAILABLE"}
    assert await one.counters(S1) == (12, 4, 0)
    await check_pieces(one, S1)


async def test_buyers_by_name_and_by_number_readers_feeds_and_tills_at_once_keep_the_books(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    first = processes[0]
    await first.commits.submit(build.a_feed(FeedMode.DELTA, (S1, 5), (S2, 5)))
    await first.commits.submit(build.a_registration(*((serial, S1) for serial in SERIALS)))
    start = first.clock.now()

    async def lives(turn: int) -> None:
        process, serial = processes[turn % 2], SERIALS[turn % len(SERIALS)]
        submit = process.commits.submit
        at = start + timedelta(seconds=turn)
        await submit(build.some_reads(("S1", "S2")[turn % 2], serial, at=at))
        bought = await submit(build.a_purchase(serial, (S1, S2)[turn % 2]))
        loose = await submit(build.an_allocation(("shirt", 2), among=("S1", "S2")))
        await submit(build.a_feed(FeedMode.DELTA, ((S1, S2)[turn % 2], -1)))
        for index, each in enumerate((bought, loose)):
            if each.reservation is None:
                continue
            ends = build.a_consumption if (turn + index) % 3 == 0 else build.a_release
            await submit(ends(each.reservation))
        await submit(build.a_withdrawal(serial, "S1", UnitExit.LOSS))
        await submit(build.a_registration((serial, S1), mode=UnitsMode.PRESENT))

    await asyncio.gather(*(lives(turn) for turn in range(24)))

    await check_pieces(first, S1, S2)
    rows = await first.database.collection("outbox").find({})
    told: dict[str, list[int]] = {}
    for event in (json.loads(event) for row in rows for event in row["events"]):
        if event["type"] == "serialUnitChanged":
            told.setdefault(event["entity"]["id"], []).append(event["seq"])
    for unit in await pieces_of(first):
        assert sorted(told[unit.serial]) == list(range(1, unit.version + 1))


async def test_of_two_pieces_registered_at_once_with_one_tag_one_bears_it(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    decided = await asyncio.gather(
        *(processes[turn % 2].commits.submit(_tagged(f"p{turn}", "tag")) for turn in range(8))
    )

    results = [results_from_json(each.outcome.values["results"])[0] for each in decided]
    assert sum(not result.refusals for result in results) == 1
    assert {each.code for result in results for each in result.refusals} == {"TAG_TAKEN"}
    assert await processes[0].counters(S1) == (1, 0, 0)
    await check_pieces(processes[0], S1)


async def test_a_piece_that_a_hold_no_longer_keeps_is_found_though_nobody_wrote_that(
    process: Process,
) -> None:
    await process.commits.submit(build.a_registration(("p1", S1)))
    end = process.clock.now() + timedelta(minutes=5)
    await process.commits.submit(build.a_purchase("p1", S1, expires_at=end))
    process.clock.set(end)

    bought = await process.commits.submit(build.an_allocation(("shirt", 1)))
    await process.due_worker.run_due_once()

    assert bought.reservation is not None
    assert [peg.serial for peg in bought.reservation.pegs] == ["p1"]
    assert await process.counters(S1) == (1, 1, 0)
    await check_pieces(process, S1)


async def test_where_every_unit_has_a_name_what_leaves_is_a_piece_that_is_nobodys(
    process: Process,
) -> None:
    await process.commits.submit(build.a_count(S1, 3))
    bought = await process.commits.submit(build.an_allocation(("shirt", 2)))
    pieces = (("p1", S1), ("p2", S1), ("p3", S1))
    await process.commits.submit(build.a_registration(*pieces, mode=UnitsMode.PRESENT))
    await process.commits.submit(build.a_purchase("p1", S1))

    assert bought.reservation is not None
    await process.commits.submit(build.a_consumption(bought.reservation))

    assert await process.counters(S1) == (1, 1, 0)
    states = {unit.serial: unit.state.value for unit in await pieces_of(process)}
    assert states == {"p1": "RESERVED", "p2": "SOLD", "p3": "SOLD"}
    await check_pieces(process, S1)


class CountedReads(MongoUnitReads):
    """Counts the questions for pieces that are free."""

    questions = 0

    async def free_at(
        self, key: PositionKey, now: datetime, limit: int, session: Session | None = None
    ) -> Sequence[SerialUnit]:
        self.questions += 1
        return await super().free_at(key, now, limit, session)

    async def free_among(
        self, keys: Collection[PositionKey], now: datetime, limit: int, session: Session
    ) -> Sequence[SerialUnit]:
        self.questions += 1
        return await super().free_among(keys, now, limit, session)


async def test_free_pieces_of_many_locations_are_read_by_one_question(process: Process) -> None:
    shelves = [PositionKey("shirt", f"S{number}") for number in range(9)]
    pieces = [(f"{serial}@{key.location}", key) for key in shelves for serial in "dcba"]
    await process.commits.submit(build.a_registration(*pieces))
    now = process.clock.now()
    await process.commits.submit(build.a_purchase("a@S1", S1, expires_at=now + timedelta(hours=1)))
    await process.commits.submit(build.a_purchase("b@S1", S1, expires_at=now + timedelta(hours=3)))
    later = now + timedelta(hours=2)
    reads = CountedReads(process.database)
    positions = {key: await process.position(key) for key in shelves}
    wishes = [build.an_allocation(("shirt", 1)), build.an_allocation(("shirt", 1))]

    async def free(session: Session) -> dict[str, SerialUnit]:
        return await UnitSupply(reads).free(wishes, {}, positions, later, session)

    found = await process.database.transaction(free)

    expected = {f"{serial}@{key.location}" for key in shelves for serial in "ab"}
    assert set(found) == expected - {"b@S1"} | {"c@S1"}
    assert reads.questions == 1


async def test_the_same_registration_on_two_processes_is_one_effect(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    registration = build.a_registration(("p1", S1), ("p2", S1))

    decided = await asyncio.gather(
        *(processes[turn % 2].commits.submit(registration) for turn in range(6))
    )

    assert len({str(each.outcome) for each in decided}) == 1
    assert await processes[0].counters(S1) == (2, 0, 0)
    await check_pieces(processes[0], S1)


@pytest.mark.parametrize("size", [1, 3, 100])
async def test_gaps_are_read_page_by_page(process: Process, size: int) -> None:
    start = process.clock.now()
    await process.commits.submit(
        build.a_registration(("a", S1), ("b", S1), ("c", S2), ("d", S1), ("e", S2))
    )
    await process.commits.submit(build.a_withdrawal("d", "S1"))
    await process.commits.submit(
        build.some_reads("S1", "a", "c", "d", at=start, point=ReadPoint.CEILING)
    )
    reads = MongoUnitReads(process.database)

    async def gaps(since: timedelta) -> list[str]:
        found: list[str] = []
        while True:
            after = found[-1] if found else None
            page = await reads.gaps(GapsWanted("S1", start + since, size, after))
            found += [unit.serial for unit in page]
            if len(page) < size:
                return found

    assert await gaps(timedelta(0)) == ["b", "c", "d"]
    assert await gaps(timedelta(minutes=1)) == ["a", "b"]


def _tagged(serial: str, tag: str) -> RegisterUnits:
    registration = build.a_registration((serial, S1))
    return replace(registration, lines=(replace(registration.lines[0], epc=tag),))
