"""Whatever happens to pieces and to other units: counters, pieces and histories always agree."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.position import Position
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import OFF_SALE, ON_HAND, UnitState
from service_kit.runtime.clock import SettableClock
from tests.support.piece_plans import ALL_POSITIONS, a_plan_with_pieces, command_with_pieces
from tests.support.stock import NOW, InMemoryStock

Plan = list[list[tuple[object, ...]]]


def check_counters(stock: InMemoryStock) -> None:
    now = stock.clock.now()
    for key in ALL_POSITIONS:
        position = stock.positions.get(key, Position(key))
        here = [unit for unit in stock.units.values() if unit.position == key and unit.is_on_hand]
        kept = [unit for unit in here if unit.state_at(now) is UnitState.RESERVED]
        assert position.pieces == len(here)
        assert position.on_hand >= position.pieces
        assert position.allocated + position.held(now) >= len(kept)
        assert position.available(now) <= position.on_hand - len(kept)
        assert stock.folded(key) == stock.counters(key)


def check_claims(stock: InMemoryStock) -> None:
    """A piece that is kept is kept by the one open peg that names it."""
    for unit in stock.units.values():
        if unit.state is not UnitState.RESERVED:
            continue
        assert unit.claim is not None
        pegs = stock.reservations[unit.claim.reservation_id].pegs
        (peg,) = (each for each in pegs if each.serial == unit.serial)
        assert (peg.open, peg.quantity, peg.line_id) == (1, 1, unit.claim.line_id)
        assert peg.position == unit.position


def check_rentals(stock: InMemoryStock) -> None:
    """Nobody rents what is kept for another, and only a refurbishment leads back to the shelf."""
    for unit in stock.units.values():
        steps = [step for step in stock.history if step.serial == unit.serial]
        for before, step in pairwise(steps):
            if step.kind is UnitStepKind.RENTED:
                assert before.state in ON_HAND
                end = before.claim.expires_at if before.claim else None
                is_over = end is not None and end <= step.occurred_at
                assert is_over or step.claim == before.claim
            if before.state in OFF_SALE:
                assert step.state in OFF_SALE or step.kind is UnitStepKind.REFURBISHED


def check_histories(stock: InMemoryStock) -> None:
    for unit in stock.units.values():
        steps = [step for step in stock.history if step.serial == unit.serial]
        assert [step.number for step in steps] == list(range(1, unit.steps + 1))
        last = steps[-1]
        assert (last.state, last.position, last.claim) == (unit.state, unit.position, unit.claim)
        kinds = [step.kind for step in steps]
        assert unit.rentals == kinds.count(UnitStepKind.RENTED)
        assert unit.uses == last.uses == kinds.count(UnitStepKind.TAKEN_BACK)
        assert unit.is_lent or unit.state is not UnitState.RENTED
        assert not (unit.is_lent and unit.is_there)


def keep_the_books(plan: Plan) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    for group in plan:
        commands = [
            command
            for action in group
            if (command := command_with_pieces(action, stock)) is not None
        ]
        stock.commit(*commands)
        check_counters(stock)
        check_claims(stock)
        check_rentals(stock)
        check_histories(stock)
        clock.advance(timedelta(minutes=1))
        check_counters(stock)


@settings(max_examples=400, deadline=None)
@given(a_plan_with_pieces)
def test_counters_pieces_and_histories_agree_after_every_commit(plan: Plan) -> None:
    keep_the_books(plan)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(a_plan_with_pieces)
def test_they_agree_in_ten_thousand_plans(plan: Plan) -> None:
    keep_the_books(plan)


@settings(max_examples=200, deadline=None)
@given(a_plan_with_pieces, st.data())
def test_a_group_changes_pieces_as_its_commands_would_one_by_one(
    plan: Plan, data: st.DataObject
) -> None:
    together, apart = InMemoryStock(SettableClock(NOW)), InMemoryStock(SettableClock(NOW))
    for group in plan:
        commands = [
            command
            for action in group
            if (command := command_with_pieces(action, together)) is not None
        ]
        told = [each.outcome for each in together.commit(*commands)]

        assert [apart.commit(command)[0].outcome for command in commands] == told
        assert apart.history == together.history
        assert {each.serial: each.state for each in apart.units.values()} == {
            each.serial: each.state for each in together.units.values()
        }
        again = data.draw(st.permutations(commands)) if commands else []
        before = list(together.history)
        together.commit(*(command for command in again if command.request is not None))
        assert together.history == before
