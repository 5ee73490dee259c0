"""Who accepts a later date is served from nearby if it can be, and no worse for that."""

import threading
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.decisions import Decided, GroupDecision, decide
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo import stock_commits
from inventory_svc.mongo.collections import INBOUND_SUPPLIES, POSITIONS
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build
from tests.support.stock import NOW

PLACES = tuple(f"S{number:02}" for number in range(12))
ITEMS = ("shirt", "hat")
LATER = NOW + timedelta(days=20)


class ReadInTransactions(CommandListener):
    """Notes what is read inside transactions, and how many positions of that."""

    def __init__(self) -> None:
        self.collections: list[str] = []
        self.positions = 0

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "find" and "txnNumber" in event.command:
            self.collections.append(event.command["find"])
            if event.command["find"] == POSITIONS.name:
                self.positions += len(event.command["filter"]["_id"]["$in"])

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


def a_supply(sku: str, place: str, reference: str) -> InboundKey:
    return InboundKey(PositionKey(sku, place), InboundKind.PURCHASE_ORDER, reference)


async def test_supply_is_read_only_by_those_who_are_short(open_process: OpenProcess) -> None:
    read = ReadInTransactions()
    process = await open_process(listeners=[read])
    for place in PLACES:
        await process.commits.submit(build.a_count(PositionKey("shirt", place), 2))
        coming = build.an_announcement(a_supply("shirt", place, "PO-1"), 3, LATER)
        await process.commits.submit(coming)
    read.collections.clear()
    read.positions = 0

    near = await process.commits.submit(build.a_wish("shirt", 2, LATER, among=PLACES))

    assert near.reservation is not None
    assert [peg.position.location for peg in near.reservation.pegs] == [PLACES[0]]
    assert INBOUND_SUPPLIES.name not in read.collections
    assert read.positions == 4

    far = await process.commits.submit(build.a_wish("shirt", 30, LATER, among=PLACES))

    assert far.reservation is not None
    assert far.reservation.available_from == LATER
    assert INBOUND_SUPPLIES.name in read.collections


async def test_a_decision_over_many_rows_is_made_beside_the_loop(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def noted(*given: Any) -> GroupDecision:
        threads.append(threading.get_ident())
        return decide(*given)

    for place in PLACES:
        await process.commits.submit(build.a_count(PositionKey("shirt", place), 2))
    monkeypatch.setattr(stock_commits, "decide", noted)
    monkeypatch.setattr(stock_commits, "ROWS_DECIDED_AT_ONCE", len(PLACES) - 1)

    near = await process.commits.submit(build.an_allocation(("shirt", 1), among=PLACES))
    far = await process.commits.submit(build.a_wish("shirt", 20, LATER, among=PLACES))

    assert [each.outcome.refusals for each in (near, far)] == [(), ()]
    own = threading.get_ident()
    assert [thread == own for thread in threads] == [True, True, False]


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_nearby_is_taken_as_if_everything_had_been_looked_at(
    process: Process, seed: int
) -> None:
    """Twins of the items are sold to those for whom everything is read at once."""
    random = Random(seed)  # noqa: S311  # no secret
    for sku in ITEMS:
        for place in PLACES:
            await _stock(process, sku, place, random)

    for number in range(12):
        wanted = [(random.choice(ITEMS), random.randint(1, 6)) for _ in range(2)]
        lines = tuple(WantedLine(f"l{at}", *line) for at, line in enumerate(wanted))
        until = NOW + timedelta(days=random.randint(0, 9))
        wish = replace(build.a_wish("", 1, until, among=PLACES), lines=lines)
        if number % 4 == 0:
            wish = replace(wish, candidates=tuple(random.sample(PLACES, 6)))

        found = await process.commits.submit(wish)
        (at_once,) = await process.transactions.commit([_twin(wish)], frozenset({0}))

        assert at_once is not None
        assert taken(found) == taken(at_once)


async def _stock(process: Process, sku: str, place: str, random: Random) -> None:
    units, coming = random.choice((0, 0, 1, 3)), random.choice((0, 0, 2, 4))
    at = NOW + timedelta(days=random.randint(1, 9))
    for name in (sku, f"{sku}-twin"):
        if units:
            await process.commits.submit(build.a_count(PositionKey(name, place), units))
        if coming:
            supply = a_supply(name, place, "PO-1")
            await process.commits.submit(build.an_announcement(supply, coming, at))


def _twin(wish: ReserveStock) -> ReserveStock:
    request = build.a_request()
    lines = tuple(line._replace(sku=f"{line.sku}-twin") for line in wish.lines)
    return replace(wish, request=request, reservation_id=f"r-{request.key}", lines=lines)


def taken(decided: Decided) -> list[Any]:
    """Give where everything was taken from, or how much there was of it."""
    if decided.reservation is None:
        return [refusal.params["available"] for refusal in decided.outcome.refusals]
    kept = decided.reservation
    return [
        *((peg.line_id, peg.position.location, peg.quantity) for peg in kept.pegs),
        *((row.line_id, row.supply.position.location, row.open) for row in kept.awaited),
    ]
