"""Whatever is asked in whatever groups: never oversold, all or nothing, the ledger adds up."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import (
    ReserveStock,
    StockCommand,
)
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import fold, fold_declared, fold_pace
from inventory_svc.domain.stock.position import PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.plans import POSITIONS, a_plan, command_of
from tests.support.stock import NOW, InMemoryStock


def check_commit(
    stock: InMemoryStock, commands: Sequence[StockCommand], decided: Sequence[Decided]
) -> None:
    now = stock.clock.now()
    for command, each in zip(commands, decided, strict=True):
        if isinstance(command, ReserveStock) and not each.outcome.refusals:
            assert each.reservation is not None
            pegged = sum(peg.quantity for peg in each.reservation.pegs)
            assert pegged == sum(line.quantity for line in command.lines)
    for key, position in stock.positions.items():
        assert position.on_hand >= 0
        assert position.allocated >= 0
        assert position.available(now) <= position.on_hand
        assert stock.folded(key) == stock.counters(key)
        ledger = [each for each in stock.ledger if each.position == key]
        assert fold_declared(ledger) == stock.declared(key)
        assert fold_pace(ledger) == position.pace
        assert all(units > 0 for units in stock.declared(key).values())
        numbers = [each.number for each in stock.ledger if each.position == key]
        assert numbers == list(range(1, position.movements + 1))


def kept_units(stock: InMemoryStock, key: PositionKey) -> int:
    return sum(
        peg.open
        for reservation in stock.reservations.values()
        for peg in reservation.pegs
        if peg.position == key
    )


@settings(max_examples=300, deadline=None)
@given(a_plan)
def test_every_commit_keeps_the_books(plan: list[list[tuple[object, ...]]]) -> None:
    keep_the_books(plan)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(a_plan)
def test_every_commit_of_ten_thousand_plans_keeps_the_books(
    plan: list[list[tuple[object, ...]]],
) -> None:
    keep_the_books(plan)


def keep_the_books(plan: list[list[tuple[object, ...]]]) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    for group in plan:
        commands = [
            command for action in group if (command := command_of(action, stock)) is not None
        ]
        check_commit(stock, commands, stock.commit(*commands))
        clock.advance(timedelta(minutes=1))
    for key in POSITIONS:
        counters = stock.counters(key)
        assert kept_units(stock, key) == counters.allocated + counters.reserved


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 20), st.lists(st.integers(1, 4), min_size=1, max_size=30), st.data())
def test_reservations_never_exceed_the_shelves(
    units: int, wishes: list[int], data: st.DataObject
) -> None:
    stock = InMemoryStock(SettableClock(NOW))
    key = PositionKey("shirt", "S1")
    stock.commit(build.a_count(key, units))
    waiting = [build.an_allocation(("shirt", wish), among=("S1",)) for wish in wishes]
    sold = 0
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        group, waiting = waiting[:size], waiting[size:]
        for command, decided in zip(group, stock.commit(*group), strict=True):
            wish = command.lines[0].quantity
            fits = wish <= units - sold
            assert fits == (not decided.outcome.refusals)
            sold += wish if fits else 0
    assert stock.counters(key) == (units, sold, 0)
    assert fold(stock.ledger) == (units, sold, 0)


@settings(max_examples=200, deadline=None)
@given(a_plan)
def test_a_command_sent_again_answers_the_same_and_does_nothing(
    plan: list[list[tuple[object, ...]]],
) -> None:
    stock, once = InMemoryStock(SettableClock(NOW)), InMemoryStock(SettableClock(NOW))
    for group in plan:
        commands = [
            command
            for action in group
            if (command := command_of(action, stock)) is not None and command.request is not None
        ]
        expected = [each.outcome for each in once.commit(*commands)]

        together = [each.outcome for each in stock.commit(*commands, *commands)]
        later = [each.outcome for each in stock.commit(*reversed(commands))]

        assert together == expected * 2
        assert later == expected[::-1]
        assert stock.ledger == once.ledger
        assert stock.positions == once.positions
