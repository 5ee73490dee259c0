"""Goods that are kept, wanted by several processes at once: each unit goes to one of them."""

import asyncio
from datetime import timedelta

import pytest

from inventory_svc.domain.stock.commands import ReserveStock, StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation, ReservationState
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

SHIRT = PositionKey("shirt", "S1")
HOLDS = 8


async def kept(process: Process, units: int) -> Reservation:
    """Keep units for Ann for an hour."""
    end = process.clock.now() + timedelta(hours=1)
    decided = await process.commits.submit(build.a_hold("shirt", units, expires_at=end))
    assert decided.reservation is not None
    return decided.reservation


def is_accepted(decided: Decided) -> bool:
    return not decided.outcome.refusals


@pytest.mark.parametrize("till_too", [False, True])
async def test_of_all_who_name_what_is_kept_at_two_processes_one_gets_it(
    open_process: OpenProcess, *, till_too: bool
) -> None:
    first, second = await open_process(), await open_process()
    await first.commits.submit(build.a_count(SHIRT, HOLDS))
    holds = [await kept(first, 1) for _ in range(HOLDS)]

    def wishes(hold: Reservation) -> list[StockCommand]:
        ring_up = till_too and holds.index(hold) % 2
        orders: list[StockCommand] = [build.an_order_of([hold], ("shirt", 1)) for _ in range(2)]
        return [orders[0], build.a_sale_of(hold, SHIRT) if ring_up else orders[1]]

    commands = [wish for hold in holds for wish in wishes(hold)]
    commands += [build.an_allocation(("shirt", 1)) for _ in range(HOLDS)]
    decided = await asyncio.gather(
        *(
            (first, second)[place % 2].commits.submit(command)
            for place, command in enumerate(commands)
        )
    )

    pairs = [decided[at : at + 2] for at in range(0, 2 * HOLDS, 2)]
    assert [sum(map(is_accepted, pair)) for pair in pairs] == [1] * HOLDS
    assert not any(map(is_accepted, decided[2 * HOLDS :]))
    stored = await first.reads.reservations([hold.identifier for hold in holds])
    assert {each.state for each in stored.values()} == {ReservationState.CONSUMED}
    ordered = sum(
        is_accepted(each) and isinstance(command, ReserveStock)
        for each, command in zip(decided, commands, strict=True)
    )
    assert await first.counters(SHIRT) == (ordered, ordered, 0)
    assert await first.folded(SHIRT) == (ordered, ordered, 0)


async def test_an_order_takes_over_what_is_kept_where_few_candidates_are_read(
    process: Process,
) -> None:
    near = [f"W{number}" for number in range(9)]
    for code in near:
        await process.commits.submit(build.a_count(PositionKey("shirt", code), 1))
    await process.commits.submit(build.a_count(SHIRT, 1))
    hold = await kept(process, 1)

    decided = await process.commits.submit(
        build.an_order_of([hold], ("shirt", 2), among=[*near, "S1"])
    )

    assert decided.reservation is not None
    places = [peg.position.location for peg in decided.reservation.pegs]
    assert places == ["S1", "W0"]
