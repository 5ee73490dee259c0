"""Goods on their way, on a real MongoDB: many processes, many who wait, and nothing lost."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from inventory_svc.domain.stock.commands import (
    PeggedQuantity,
    ReleaseReservation,
    SettleInbound,
    WantedLine,
)
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.inbound.supply import (
    SETTLE_AFTER,
    InboundKey,
    InboundKind,
    InboundSupply,
)
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation, ReservationState
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import RESERVATIONS
from inventory_svc.mongo.stock_documents import reservation_from_document
from inventory_svc.use_cases.inbound.receive import SentReceipt, receive
from inventory_svc.use_cases.inbound.settle import settle
from retail_kit.roles import Role
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller, CallerKind
from tests.contract.inventory_svc.conftest import OneNetwork, OpenProcess, Process
from tests.support import stock as build
from tests.support.stock import NOW

S1 = PositionKey("shirt", "S1")
FIRST, SECOND = build.a_supply_key("PO-1"), build.a_supply_key("PO-2")
SOON, LATER, MUCH_LATER = (NOW + timedelta(days=days) for days in (10, 20, 90))
DOCK = Caller(
    *("dock", CallerKind.USER, frozenset({Role.INTEGRATION}), frozenset()),
    NOW + timedelta(days=99),
)


async def supply_of(process: Process, key: InboundKey) -> InboundSupply:
    """Give a supply that is still to come."""
    live = {each.key: each for each in await process.reads.inbound_of(["shirt"])}
    return live[key]


async def everyone(process: Process) -> list[Reservation]:
    """Give all reservations in the order in which they came to wait."""
    found = await process.database.collection(RESERVATIONS.name).find({})
    return sorted(map(reservation_from_document, found), key=lambda each: each.queue)


async def check_books(process: Process) -> None:
    """Everything that was promised is kept at the position or by a supply, once."""
    reservations = await everyone(process)
    for supply in await process.reads.inbound_of(["shirt"]):
        rows = [row for each in reservations for row in each.awaited if row.supply == supply.key]
        assert supply.pegged == sum(row.open for row in rows)
        assert supply.free(NOW) >= 0
        assert {row.available_from for row in rows if row.open} <= {supply.available_from}
    position = await process.position(S1)
    assert position.allocated == sum(peg.open for each in reservations for peg in each.pegs)
    assert position.on_hand >= position.allocated
    assert await process.folded(S1) == await process.counters(S1)


async def wishes(processes: Sequence[Process], units: Sequence[int]) -> list[Decided]:
    """Have every process ask for its share of the wishes, all at once."""
    return await asyncio.gather(
        *(
            processes[at % len(processes)].commits.submit(build.a_wish("shirt", wanted, MUCH_LATER))
            for at, wanted in enumerate(units)
        )
    )


async def takes_in(process: Process, key: InboundKey, units: int, *, closes: bool = False) -> None:
    """Receive goods as the mutation does."""
    line = SentReceipt(key.kind, key.reference, key.line, "shirt", "S1", units, closes=closes)
    request = IdempotentRequest("user:dock", "inboundReceive", f"{key.reference}-{units}", "f")
    items = MongoCatalogue(process.database)
    results = await receive(request, DOCK, [line], items, OneNetwork(), process.commits)
    assert [each.refusals for each in results] == [()]


async def moves(process: Process, key: InboundKey, units: int, *, to: timedelta) -> None:
    """Announce a supply anew and settle what rested on it, as the mutation does."""
    await process.commits.submit(build.an_announcement(key, units, NOW + to))
    await settle([key], process.commits)


async def test_what_is_awaited_is_read_again(process: Process) -> None:
    await process.commits.submit(build.an_announcement(FIRST, 5, SOON))

    decided = await process.commits.submit(build.a_wish("shirt", 2, LATER))

    assert decided.reservation is not None
    assert decided.reservation.available_from == SOON
    stored = await process.reads.reservations([decided.reservation.identifier])
    assert stored == {decided.reservation.identifier: decided.reservation}
    assert (await supply_of(process, FIRST)).pegged == 2


async def test_64_buyers_of_what_is_on_order_take_what_comes_and_no_more(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    await processes[0].commits.submit(build.a_count(S1, 7))
    await processes[0].commits.submit(build.an_announcement(FIRST, 33, SOON))

    decided = await wishes(processes, [1] * 64)

    kept = [each.reservation for each in decided if each.reservation is not None]
    assert len(kept) == 40
    assert sum(1 for each in kept if each.awaited) == 33
    assert (await supply_of(processes[0], FIRST)).pegged == 33
    await check_books(processes[0])


async def test_arrivals_moves_cuts_and_buyers_at_once_lose_no_promise(
    open_process: OpenProcess,
) -> None:
    """Two processes; the order comes in three parts, moves, and is cut, while people buy."""
    one, two = [await open_process() for _ in range(2)]
    await one.commits.submit(build.an_announcement(FIRST, 60, SOON))
    await one.commits.submit(build.an_announcement(SECOND, 30, LATER))
    await wishes([one, two], [1] * 40)
    one.clock.advance(timedelta(seconds=1))

    await asyncio.gather(
        wishes([one, two], [2] * 20),
        takes_in(one, FIRST, 20),
        takes_in(two, FIRST, 15),
        moves(two, FIRST, 60, to=timedelta(days=30)),
        moves(one, SECOND, 25, to=timedelta(days=25)),
        wishes([two, one], [1] * 20),
    )
    await takes_in(one, FIRST, 5)
    await settle([FIRST, SECOND], one.commits)

    await check_books(one)
    assert (await one.position(S1)).on_hand == 40
    served = [sum(peg.open for peg in each.pegs) for each in (await everyone(one))[:40]]
    assert served == [1] * 40
    short = sum(row.short for each in await everyone(one) for row in each.awaited)
    assert short == 0


async def test_an_arrival_that_many_wait_for_is_handed_out_in_their_order(
    process: Process,
) -> None:
    """More wait than one commit changes."""
    await process.commits.submit(build.an_announcement(FIRST, 500, SOON))
    for _ in range(5):
        await wishes([process], [1] * 90)

    await takes_in(process, FIRST, 440)

    reservations = await everyone(process)
    assert [sum(peg.open for peg in each.pegs) for each in reservations] == [1] * 440 + [0] * 10
    assert (await process.position(S1)).on_hand == 440
    await check_books(process)


async def test_the_same_arrival_told_again_comes_once(process: Process) -> None:
    await process.commits.submit(build.an_announcement(FIRST, 9, SOON))
    await wishes([process], [4])

    await asyncio.gather(*(takes_in(process, FIRST, 6) for _ in range(5)))

    assert await process.counters(S1) == (6, 4, 0)
    await check_books(process)


async def test_promises_that_nobody_settled_after_a_move_are_settled_by_due_work(
    process: Process,
) -> None:
    """Whoever moved the order died before coming to it."""
    await process.commits.submit(build.an_announcement(FIRST, 9, SOON))
    decided = await wishes([process], [4])
    await process.commits.submit(build.an_announcement(FIRST, 9, LATER))

    process.clock.advance(SETTLE_AFTER)
    assert await process.due_worker.run_due_once() == 1

    assert decided[0].reservation is not None
    name = decided[0].reservation.identifier
    assert (await process.reads.reservations([name]))[name].available_from == LATER


async def test_promises_of_goods_that_do_not_come_before_their_date_are_settled_by_due_work(
    process: Process,
) -> None:
    """Two wait; another delivery can serve one of them."""
    date = NOW + timedelta(days=12)
    await process.commits.submit(build.an_announcement(FIRST, 9, SOON, ship_before=date))
    await wishes([process], [1])
    await wishes([process], [1])
    await process.commits.submit(build.an_announcement(SECOND, 1, LATER))

    process.clock.set(date - timedelta(milliseconds=1))
    assert await process.due_worker.run_due_once() == 0
    process.clock.set(date)
    assert await process.due_worker.run_due_once() == 1

    first, last = await everyone(process)
    assert [(row.supply, row.open) for row in first.awaited] == [(SECOND, 1)]
    assert (last.state, last.awaited[0].short) == (ReservationState.RELEASED, 1)
    await check_books(process)


async def test_a_move_is_settled_though_many_gave_back_a_line_that_had_its_old_date(
    process: Process,
) -> None:
    """More of them than one commit changes, and then some who wait for both lines."""
    await process.commits.submit(build.an_announcement(FIRST, 1000, SOON))
    lines = tuple(WantedLine(name, "shirt", 1) for name in ("l0", "l1"))
    commands = (replace(build.a_wish("shirt", 1, MUCH_LATER), lines=lines) for _ in range(210))
    decided = await asyncio.gather(*map(process.commits.submit, commands))
    kept = [each.reservation for each in decided if each.reservation is not None]
    first = (PeggedQuantity("l0", "S1", 1),)
    for start in range(0, 205, 41):
        releases = (
            ReleaseReservation(build.a_request(), "ann", each.identifier, first)
            for each in kept[start : start + 41]
        )
        await asyncio.gather(*map(process.commits.submit, releases))
    await process.commits.submit(build.an_announcement(FIRST, 1000, LATER))

    rounds = [await process.commits.submit(SettleInbound(FIRST)) for _ in range(2)]

    assert [each.outcome.values["left"] for each in rounds] == [True, False]
    await check_books(process)


async def test_a_hold_that_is_over_frees_what_it_waited_for(process: Process) -> None:
    await process.commits.submit(build.an_announcement(FIRST, 2, SOON))
    hold = build.a_wish("shirt", 2, LATER, expires_at=NOW + timedelta(minutes=15))
    held = await process.commits.submit(hold)
    refused = await process.commits.submit(build.a_wish("shirt", 1, LATER))
    assert [each.code for each in refused.outcome.refusals] == ["INSUFFICIENT_STOCK"]

    process.clock.advance(timedelta(minutes=15))
    again = await process.commits.submit(build.a_wish("shirt", 2, LATER))
    assert again.outcome.refusals == ()
    await process.due_worker.run_due_once()

    assert held.reservation is not None
    name = held.reservation.identifier
    ended = (await process.reads.reservations([name]))[name]
    assert (ended.state, ended.awaited[0].released) == (ReservationState.EXPIRED, 2)
    supply = await supply_of(process, FIRST)
    assert (supply.pegged, supply.holds) == (2, ())


async def test_an_order_of_the_month_is_found_wherever_it_goes(process: Process) -> None:
    """Among more locations than are read at first, the one that waits for goods is found."""
    many = tuple(f"L{number}" for number in range(50))
    far = InboundKey(PositionKey("shirt", "L49"), InboundKind.PURCHASE_ORDER, "PO-9")
    await process.commits.submit(build.an_announcement(far, 3, SOON))

    decided = await process.commits.submit(build.a_wish("shirt", 3, LATER, among=many))

    assert decided.reservation is not None
    assert [row.supply for row in decided.reservation.awaited] == [far]


async def test_a_moved_promise_is_told_to_whoever_listens(process: Process) -> None:
    await process.commits.submit(build.an_announcement(FIRST, 2, SOON))
    await wishes([process], [1, 1])
    await moves(process, FIRST, 2, to=timedelta(days=15))

    rows = await process.database.collection("outbox").find({})
    events = [json.loads(event) for row in rows for event in row["events"]]
    told = [event for event in events if event["type"] == "reservationChanged"]
    moved = [event for event in told if event["seq"] == 2]
    assert len(moved) == 2
    for event in moved:
        (before,), (after,) = (event["changes"]["awaited"][side] for side in ("before", "after"))
        assert (before["availableFrom"], after["availableFrom"]) == (
            "2026-03-12T09:00:00.000Z",
            "2026-03-17T09:00:00.000Z",
        )
