"""Pieces that are rented out and refurbished, on a real MongoDB, one process and several."""

import asyncio
from datetime import timedelta

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import FeedMode, StockCommand, UnitExit
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.unit import ReadPoint, SerialUnit, UnitState
from inventory_svc.mongo.unit_documents import unit_from_document
from inventory_svc.mongo.unit_reads import MongoUnitReads
from inventory_svc.ports.units import GapsWanted, PiecesWanted
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import rentals
from tests.support import stock as build

S1 = PositionKey("shoe", "S1")
S2 = PositionKey("shoe", "S2")
WORN = [key._replace(condition=grade) for key in (S1, S2) for grade in list(Condition)[2:4]]
ALL = [S1, S2, *WORN]
SERIALS = tuple(f"p{number}" for number in range(6))


async def pieces_of(process: Process) -> dict[str, SerialUnit]:
    found = await process.database.collection("serial_units").find({})
    return {document["_id"]: unit_from_document(document) for document in found}


async def check_books(process: Process) -> None:
    """All books say the same, and what can be sold is what is free."""
    units = await pieces_of(process)
    now = process.clock.now()
    reads = MongoUnitReads(process.database)
    for key in ALL:
        here = [unit for unit in units.values() if unit.position == key and unit.is_on_hand]
        free = [unit.serial for unit in here if unit.state_at(now) is UnitState.IN_STOCK]
        position = await process.position(key)
        assert (position.pieces, position.on_hand) == (len(here), len(here))
        assert position.available(now) == len(free)
        wanted = PiecesWanted("shoe", frozenset({key}), now, 100)
        assert [unit.serial for unit in await reads.pieces(wanted)] == sorted(free)
        assert await process.folded(key) == await process.counters(key)
    for unit in units.values():
        steps = await reads.history(unit.serial, None, 1000)
        assert [step.number for step in steps] == list(range(unit.steps, 0, -1))
        kinds = [step.kind.value for step in steps]
        assert unit.rentals == kinds.count("RENTED")
        assert unit.uses == steps[0].uses == kinds.count("TAKEN_BACK")


def accepted(decided: list[Decided]) -> list[Decided]:
    return [each for each in decided if not each.outcome.refusals]


async def does(process: Process, *commands: StockCommand) -> Decided:
    return [await process.commits.submit(command) for command in commands][-1]


async def test_of_eight_who_rent_one_piece_at_once_on_two_processes_one_gets_it(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    first = processes[0]
    await does(first, build.a_registration(("p0", S1)))

    decided = await asyncio.gather(
        *(does(processes[turn % 2], rentals.a_rental("p0", "S1")) for turn in range(8))
    )

    assert len(accepted(decided)) == 1
    refusals = [refusal for each in decided for refusal in each.outcome.refusals]
    assert {(each.code, each.params["state"]) for each in refusals} == {
        ("UNIT_NOT_AVAILABLE", "RENTED")
    }
    assert await first.counters(S1) == (0, 0, 0)
    await check_books(first)


async def test_of_buyers_and_renters_of_one_piece_at_once_one_gets_it(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    first = processes[0]
    await does(first, build.a_registration(("p0", S1)))

    decided = await asyncio.gather(
        *(
            does(
                processes[turn % 2],
                rentals.a_rental("p0", "S1") if turn % 4 < 2 else build.a_purchase("p0", S1),
            )
            for turn in range(16)
        )
    )

    assert len(accepted(decided)) == 1
    await check_books(first)


async def test_every_step_sent_many_times_at_once_with_one_key_happens_once(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    first = processes[0]
    bought = await does(first, build.a_registration(("p0", S1)), build.a_purchase("p0", S1))
    assert bought.reservation is not None
    way = (
        rentals.a_rental("p0", "S1", bought.reservation.identifier),
        rentals.a_return("p0", "S2"),
        rentals.a_refurbishment("p0", "S1"),
        rentals.a_restoration("p0", "S1"),
    )
    for command in way:
        decided = await asyncio.gather(*(does(processes[turn % 2], command) for turn in range(6)))
        assert [each.outcome.refusals for each in decided] == [()] * 6
        await check_books(first)

    for command in way:
        assert (await does(first, command)).outcome.refusals == ()

    unit = (await pieces_of(first))["p0"]
    assert (unit.state, unit.rentals, unit.uses, unit.steps) == (UnitState.IN_STOCK, 1, 1, 6)
    assert unit.position == S1._replace(condition=Condition.USED_A)
    await check_books(first)


async def test_renters_buyers_readers_tills_and_workshops_at_once_keep_the_books(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    first = processes[0]
    await does(first, build.a_registration(*((serial, S1) for serial in SERIALS)))
    start = first.clock.now()

    async def lives(turn: int) -> None:
        process, serial = processes[turn % 2], SERIALS[turn % len(SERIALS)]
        submit, place = process.commits.submit, ("S1", "S2")[turn % 2]
        held = await submit(
            build.a_purchase(serial, S1, expires_at=start + timedelta(hours=1), among=("S1", "S2"))
        )
        kept = None if held.reservation is None else held.reservation.identifier
        await submit(rentals.a_rental(serial, place, kept))
        await submit(build.some_reads(place, serial, at=start + timedelta(seconds=turn)))
        await submit(rentals.a_return(serial, place))
        await submit(build.a_withdrawal(serial, place, UnitExit.LOSS))
        await submit(rentals.a_refurbishment(serial, place))
        await submit(
            rentals.a_restoration(serial, place, (Condition.USED_A, Condition.USED_B)[turn % 2])
        )
        if held.reservation is not None:
            await submit(build.a_release(held.reservation))
        if turn % 5 == 0:
            await submit(rentals.a_write_off(serial, place))

    await asyncio.gather(*(lives(turn) for turn in range(24)))

    await check_books(first)
    assert any(unit.uses for unit in (await pieces_of(first)).values())
    await does(first, build.a_feed(FeedMode.SNAPSHOT, (S1, 0)))
    await check_books(first)


async def test_a_restored_piece_is_one_more_beside_those_that_are_there(process: Process) -> None:
    worn = S1._replace(condition=Condition.USED_A)
    await does(process, build.a_registration(("p0", S1), ("p1", S1), ("p2", worn)))

    for number, serial in enumerate(("p0", "p1")):
        await does(process, rentals.a_rental(serial, "S1"), rentals.a_return(serial, "S1"))
        await does(process, rentals.a_refurbishment(serial, "S1"))
        assert await process.available(worn) == 1 + number
        await does(process, rentals.a_restoration(serial, "S1"))
        assert await process.available(worn) == 2 + number
        await check_books(process)


async def test_free_pieces_are_listed_by_how_often_they_were_used(process: Process) -> None:
    await does(process, build.a_registration(("p0", S1), ("p1", S1)))
    worn = S1._replace(condition=Condition.USED_A)
    await does(
        process,
        rentals.a_rental("p1", "S1"),
        rentals.a_return("p1", "S1"),
        rentals.a_refurbishment("p1", "S1"),
        rentals.a_restoration("p1", "S1"),
    )
    reads = MongoUnitReads(process.database)

    async def found(most_uses: int | None) -> list[str]:
        places = frozenset({S1, worn})
        wanted = PiecesWanted("shoe", places, process.clock.now(), 10, most_uses=most_uses)
        return [unit.serial for unit in await reads.pieces(wanted)]

    assert await found(None) == await found(1) == ["p0", "p1"]
    assert await found(0) == ["p0"]


@pytest.mark.parametrize("at_work", [False, True])
async def test_a_piece_that_waits_to_be_judged_is_missed_where_it_should_be(
    process: Process, *, at_work: bool
) -> None:
    start = process.clock.now()
    await does(process, build.a_registration(("p0", S1)), rentals.a_rental("p0", "S1"))
    reads = MongoUnitReads(process.database)

    async def gaps(location: str) -> list[str]:
        return [unit.serial for unit in await reads.gaps(GapsWanted(location, start, 10))]

    assert await gaps("S1") == []
    await does(process, rentals.a_return("p0", "S2"))
    if at_work:
        await does(process, rentals.a_refurbishment("p0", "S2"))
    assert (await gaps("S1"), await gaps("S2")) == ([], ["p0"])
    await does(process, build.some_reads("S2", "p0", at=start, point=ReadPoint.CEILING))
    assert await gaps("S2") == []
