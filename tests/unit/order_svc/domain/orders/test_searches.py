"""Searches for units of one line that cross each other, deliveries that move, late answers."""

from collections import Counter
from datetime import datetime
from typing import Any, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from order_svc.domain.history.events import events_of_order
from order_svc.domain.history.transitions import transitions_of
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.allocation import AllocatedLine, Allocation
from order_svc.domain.orders.awaiting import Standing, StandingLine, heard, renewed
from order_svc.domain.orders.cancelling import CancelReason, cancel_line, source_again
from order_svc.domain.orders.change import Change, Happening
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.stock_effects import ReleaseStock, SourceLine
from service_kit.commands.refusal import Refusal
from service_kit.messaging.entity_events import Cause
from tests.support.late_goods import (
    APRIL,
    JULY,
    JUNE,
    KEY,
    MAY,
    a_late_order,
    a_waiting_order,
    in_time,
    moved,
    released,
)
from tests.support.orders import AT, a_place, line_of

S = SliceState
LINE = "o1.l1"
Peg: TypeAlias = tuple[str, str]
"""A reservation at a location."""
Due: TypeAlias = datetime | None
"""When a unit comes; None once it is there."""


def after(change: Change | None) -> Order:
    assert change is not None
    return change.order


def sought(change: Change) -> SourceLine:
    return next(effect for effect in change.effects if isinstance(effect, SourceLine))


def test_what_one_search_has_found_is_for_units_that_another_could_not_fill_for_its_sake() -> None:
    cancelled = moved(a_late_order(3), version=3)
    unfillable = after(sourced(cancelled.order, LINE, sought(cancelled).key, [], AT))
    assert line_of(unfillable).quantity_in(S.UNFILLABLE) == 3

    change = sourced(unfillable, LINE, KEY, [in_time(3)], AT)

    line = line_of(after(change))
    assert [(part.state, part.hands.reservation_id) for part in line.slices] == [
        (S.BACKORDERED, "r2")
    ]
    assert released(change) == {}


def test_what_one_search_has_found_first_is_for_units_that_another_still_seeks() -> None:
    cancelled = moved(a_late_order(3), version=3)

    change = sourced(cancelled.order, LINE, KEY, [in_time(3)], AT)

    assert released(change) == {}
    late = sourced(after(change), LINE, sought(cancelled).key, [in_time(2, "r3")], AT)
    assert released(late) == {"r3": 2}
    assert line_of(after(late)).slices == line_of(after(change)).slices


def test_what_was_found_in_time_frees_units_that_another_search_has_left_late() -> None:
    later = moved(a_late_order(3), (3, JULY), version=3)
    broken = sourced(later.order, LINE, sought(later).key, [], AT)
    assert broken is not None
    assert broken.entries[-1].happening is Happening.LINE_PROMISE_BROKEN

    change = sourced(broken.order, LINE, KEY, [in_time(2)], AT)

    kept = Counter(dict[str | None, int]())
    for part in line_of(after(change)).slices:
        kept[part.hands.reservation_id] += part.quantity
    assert kept == {"r1": 1, "r2": 2}
    assert released(change) == {"r1": 2}


class Searches(RuleBasedStateMachine):
    """One line that waits, and an inventory that keeps every unit by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.order: Order = a_waiting_order(1)
        self.version = 1
        self.stock = 0
        self.kept: dict[Peg, list[Due]] = {}
        self.lost: Counter[Peg] = Counter()
        self.asked: list[SourceLine] = []
        self.answers: list[tuple[str, Allocation | None]] = []
        self.releases: list[ReleaseStock] = []
        self.keys: set[str] = set()

    @initialize(units=st.integers(1, 4), backorder=st.booleans(), stock=st.integers(0, 4))
    def an_order_waits(self, units: int, stock: int, *, backorder: bool) -> None:
        self.order, self.stock = a_waiting_order(units, backorder=backorder), stock
        self.kept["r1", "W1"] = [APRIL] * units

    @rule(units=st.integers(1, 3))
    def stock_comes(self, units: int) -> None:
        self.stock += units

    @rule(data=st.data(), date=st.sampled_from([None, MAY, JUNE, JULY]))
    @precondition(lambda self: any(self._coming()))
    def a_delivery_moves(self, data: Any, date: Due) -> None:
        peg, units = self._some_to_come(data)
        self.kept[peg] = [*self.kept[peg][units:], *[date] * units]
        self._look(peg[0], really=bool(data.draw(st.integers(0, 2))))

    @rule(data=st.data())
    @precondition(lambda self: any(self._coming()))
    def a_delivery_is_cancelled(self, data: Any) -> None:
        peg, units = self._some_to_come(data)
        del self.kept[peg][:units]
        self.lost[peg] += units
        self._look(peg[0], really=bool(data.draw(st.integers(0, 2))))

    @rule(data=st.data())
    @precondition(lambda self: self.asked)
    def a_search_asks(self, data: Any) -> None:
        effect = self.asked.pop(data.draw(st.integers(0, len(self.asked) - 1)))
        self._ask(effect, data.draw(st.sampled_from([None, APRIL, MAY])))

    @rule(data=st.data())
    @precondition(lambda self: self.answers)
    def an_answer_is_written_down(self, data: Any) -> None:
        self._write_down(data.draw(st.integers(0, len(self.answers) - 1)))

    @rule(units=st.integers(1, 2))
    def units_are_cancelled(self, units: int) -> None:
        self._try(lambda: cancel_line(self.order, self._line(), units, CancelReason.OTHER))

    @rule()
    def stock_is_sought_again(self) -> None:
        self._try(lambda: source_again(self.order, self._line()))

    @rule(data=st.data())
    @precondition(lambda self: self.releases)
    def units_are_given_back(self, data: Any) -> None:
        self._give_back(self.releases.pop(data.draw(st.integers(0, len(self.releases) - 1))))

    @invariant()
    def every_unit_is_kept_for_somebody_and_everybody_has_what_is_told(self) -> None:
        wanted = Counter[Peg]()
        for _, part in self.order.slices():
            fulfilment = self.order.fulfilment(part.hands.fulfilment_id or "")
            if part.state is S.ALLOCATED and fulfilment is not None:
                wanted[fulfilment.reservation_id, fulfilment.location.code] += part.quantity
            if part.hands.reservation_id and part.hands.location_code:
                wanted[part.hands.reservation_id, part.hands.location_code] += part.quantity
        for effect in self.releases:
            for line in effect.lines:
                wanted[effect.reservation_id, line.location_code] += line.quantity
        for _, found in self.answers:
            if found is not None:
                for row in found.lines:
                    wanted[found.reservation_id, row.location.code] += row.quantity
        assert Counter({peg: len(units) for peg, units in self.kept.items()}) + self.lost == wanted

    @invariant()
    def what_is_sought_has_a_search_and_what_is_awaited_a_date(self) -> None:
        line = self._line()
        searches = {effect.key for effect in self.asked} | {key for key, _ in self.answers}
        assert {part.hands.sourcing_id for part in line.slices} <= {None, *searches}
        keepers = {part.hands.reservation_id for part in line.slices} - {None}
        assert {wait.reservation_id for wait in line.waits} == keepers
        assert (line.available_from is None) == (not keepers)

    def teardown(self) -> None:
        """Everything ends: every order hears of everything, every search, every release."""
        while self.asked or self.answers or self.releases:
            while self.asked:
                self._ask(self.asked.pop(), None)
            while self.answers:
                self._write_down(0)
            while self.releases:
                self._give_back(self.releases.pop())
            for reservation_id in sorted({peg[0] for peg in self.kept}):
                self._look(reservation_id, really=True)
        self.every_unit_is_kept_for_somebody_and_everybody_has_what_is_told()
        assert self._line().quantity_in(S.SOURCING) == 0

    def _line(self) -> Line:
        return line_of(self.order)

    def _coming(self) -> list[Peg]:
        return sorted(peg for peg, units in self.kept.items() if any(units))

    def _some_to_come(self, data: Any) -> tuple[Peg, int]:
        """Choose units at a location; those that come last are the first of its list."""
        peg = data.draw(st.sampled_from(self._coming()))
        self.kept[peg].sort(key=lambda due: due or AT, reverse=True)
        return peg, data.draw(st.integers(1, sum(due is not None for due in self.kept[peg])))

    def _look(self, reservation_id: str, *, really: bool) -> None:
        if not really:
            return
        self.version += 1
        lines = [
            StandingLine(LINE, a_place(code), 1, due)
            for (keeper, code), units in self.kept.items()
            if keeper == reservation_id
            for due in units
        ]
        standing = Standing(reservation_id, self.version, tuple(lines))
        noted = heard(self.order, standing)
        assert noted is not None
        self._apply(renewed(noted, standing, AT))

    def _ask(self, effect: SourceLine, due: Due) -> None:
        found = min(self.stock, effect.quantity)
        self.stock -= found
        allocation = None
        if found:
            name = f"r{len(self.kept) + 1}"
            self.kept[name, "W2"] = [due] * found
            row = AllocatedLine(LINE, found, a_place("W2"), due)
            allocation = Allocation(name, (row,))
        self.answers.append((effect.key, allocation))

    def _write_down(self, place: int) -> None:
        key, found = self.answers.pop(place)
        change = sourced(self.order, LINE, key, (found,) if found else (), AT)
        self._apply(change)
        if found and found.reservation_id in released(change):
            assert self._lacking() == 0

    def _lacking(self) -> int:
        """Count the units that have nothing, or nothing but what comes too late."""
        line = self._line()
        nothing = sum(
            part.quantity
            for part in line.slices
            if part.state in {S.SOURCING, S.UNFILLABLE}
            or (part.state is S.BACKORDERED and part.hands.reservation_id is None)
        )
        for wait in line.waits:
            keeps = (
                part for part in line.slices if part.hands.reservation_id == wait.reservation_id
            )
            units = sum(part.quantity for part in keeps)
            nothing += units if wait.late >= units else 0
        return nothing

    def _give_back(self, effect: ReleaseStock) -> None:
        for line in effect.lines:
            peg = (effect.reservation_id, line.location_code)
            gone = min(self.lost[peg], line.quantity)
            self.lost[peg] -= gone
            self.kept[peg].sort(key=lambda due: due or AT, reverse=True)
            assert len(self.kept[peg]) >= line.quantity - gone
            del self.kept[peg][: line.quantity - gone]

    def _try(self, change: Any) -> None:
        try:
            made = change()
        except Refusal:
            return
        self._apply(made)

    def _apply(self, change: Change | None) -> None:
        if change is None:
            return
        self._check_what_is_told(self.order, change.order)
        self.order = change.order
        for effect in change.effects:
            assert effect.key not in self.keys
            self.keys.add(effect.key)
            if isinstance(effect, SourceLine):
                self.asked.append(effect)
            elif isinstance(effect, ReleaseStock):
                self.releases.append(effect)

    def _check_what_is_told(self, before: Order, order: Order) -> None:
        """What is told to have moved gives the states that the units have."""
        counts = Counter({state: line_of(before).quantity_in(state) for state in S})
        for one in transitions_of(before, order):
            counts[one.before] -= one.quantity
            counts[one.after] += one.quantity
        assert counts == Counter({state: line_of(order).quantity_in(state) for state in S})
        assert list(events_of_order(before, order, Cause("user:x", "test", AT)))


TestSearches = Searches.TestCase
TestSearches.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
