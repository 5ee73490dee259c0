"""Any sequence of changes: what an order and its stock may never get wrong."""

from collections import Counter
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from order_svc.domain.effects import Effect, MoveMoney
from order_svc.domain.fulfilments.fulfilment import Fulfilment, ShortReason
from order_svc.domain.history.events import events_of_order
from order_svc.domain.history.transitions import reachable, transitions_of
from order_svc.domain.lifecycles import fulfilment_state, parcel_state
from order_svc.domain.lifecycles.order_status import folded_status
from order_svc.domain.lifecycles.slices import (
    AT_A_LOCATION,
    HANDED_OVER,
    SENT_BACK,
    STEPS,
    SliceState,
)
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, place
from order_svc.domain.orders.cancelling import CancelReason, cancel_line, cancel_order, source_again
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.packing import PackedParcel, pack
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.orders.shipping import ShippedParcel, deliver, ship
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.stock_effects import (
    ConsumeStock,
    CorrectStock,
    ReleaseStock,
    SourceLine,
)
from retail_kit.money import Money
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.messaging.entity_events import Cause
from tests.support.orders import AT, EUR, a_place, a_placing_order

REASON = CancelReason.CUSTOMER_REQUEST
SMALL = st.integers(min_value=0, max_value=4)
BEING_PICKED = (SliceState.ALLOCATED, SliceState.PICKING)


class OrderMachine(RuleBasedStateMachine):
    """One order, whose effects on stock are done whenever the machine likes."""

    def __init__(self) -> None:
        super().__init__()
        self.order: Order = a_placing_order(1)
        self.pending: list[Effect] = []
        self.reserved: Counter[tuple[str, str, str]] = Counter()
        self.keys: set[str] = set()
        self.seqs: dict[str, int] = {}
        self.reservations = 0

    @initialize(quantities=st.lists(st.integers(1, 4), min_size=1, max_size=3), data=st.data())
    def a_placed_order(self, quantities: list[int], data: Any) -> None:
        order = a_placing_order(*quantities, backorder=data.draw(st.booleans()))
        lines = [
            AllocatedLine(line.id, quantity, a_place(code))
            for line in order.lines
            for code, quantity in self._shares(data, line.quantity)
        ]
        self.order = order
        self._apply(place(order, self._reserved(lines), AT))

    @rule(data=st.data())
    @precondition(lambda self: self.order.fulfilments)
    def somebody_tries_to_pick_anything(self, data: Any) -> None:
        line = data.draw(st.sampled_from(self.order.lines))
        reason = data.draw(st.sampled_from([None, *ShortReason]))
        wish = PickedLine(line.id, data.draw(SMALL), data.draw(SMALL), reason, data.draw(SMALL))
        self._try(lambda: pick(self.order, self._fulfilment(data), [wish], AT))

    @rule(data=st.data())
    @precondition(lambda self: self._open(*BEING_PICKED))
    def somebody_picks(self, data: Any) -> None:
        """Of every line that is open somewhere, some units are picked and some are short."""
        fulfilment = data.draw(st.sampled_from(self._open(*BEING_PICKED)))
        lines = []
        for line in self.order.lines:
            units = self._of(fulfilment, line.id, *BEING_PICKED)
            short = data.draw(st.integers(0, units))
            found = data.draw(st.sampled_from((units - short, (units - short) // 2)))
            if short + found:
                reason = ShortReason.NOT_FOUND if short else None
                lines.append(PickedLine(line.id, found, short, reason, data.draw(SMALL)))
        self._try(lambda: pick(self.order, fulfilment, lines, AT))

    @rule(data=st.data())
    @precondition(lambda self: self._open(*BEING_PICKED))
    def somebody_finds_everything(self, data: Any) -> None:
        fulfilment = data.draw(st.sampled_from(self._open(*BEING_PICKED)))
        lines = [
            PickedLine(line.id, units)
            for line in self.order.lines
            if (units := self._of(fulfilment, line.id, *BEING_PICKED))
        ]
        self._apply(pick(self.order, fulfilment, lines, AT))

    @rule(data=st.data())
    @precondition(lambda self: self.order.fulfilments)
    def somebody_tries_to_pack_anything(self, data: Any) -> None:
        quantities = {line.id: data.draw(SMALL) for line in self.order.lines}
        wish = PackedParcel(quantities)
        self._try(lambda: pack(self.order, self._fulfilment(data), [wish]))

    @rule(data=st.data())
    @precondition(lambda self: self._open(SliceState.PICKED))
    def somebody_packs(self, data: Any) -> None:
        fulfilment = data.draw(st.sampled_from(self._open(SliceState.PICKED)))
        quantities = {
            line.id: data.draw(st.integers(1, units))
            for line in self.order.lines
            if (units := self._of(fulfilment, line.id, SliceState.PICKED))
        }
        self._try(lambda: pack(self.order, fulfilment, [PackedParcel(quantities)]))

    @rule(data=st.data(), some=st.booleans())
    @precondition(lambda self: self.order.fulfilments)
    def somebody_ships(self, data: Any, *, some: bool) -> None:
        fulfilment = self._fulfilment(data)
        parcels = [ShippedParcel(one.id) for one in fulfilment.parcels][:1] if some else []
        self._try(lambda: ship(self.order, fulfilment, "Colis", parcels, AT))

    @rule(data=st.data())
    @precondition(lambda self: self.order.parcels)
    def a_parcel_arrives(self, data: Any) -> None:
        parcel = data.draw(st.sampled_from(self.order.parcels))
        self._try(lambda: deliver(self.order, parcel, AT))

    @rule(data=st.data(), quantity=SMALL)
    def a_line_is_cancelled(self, data: Any, quantity: int) -> None:
        line = data.draw(st.sampled_from(self.order.lines))
        self._try(lambda: cancel_line(self.order, line, quantity, REASON))

    @rule(really=st.integers(0, 9))
    def the_order_is_cancelled(self, really: int) -> None:
        if really == 9:
            self._try(lambda: cancel_order(self.order, REASON))

    @rule(data=st.data())
    def stock_is_sought_again(self, data: Any) -> None:
        line = data.draw(st.sampled_from(self.order.lines))
        self._try(lambda: source_again(self.order, line))

    @rule(data=st.data())
    @precondition(lambda self: self.pending)
    def an_effect_is_done(self, data: Any) -> None:
        effect = self.pending.pop(data.draw(st.integers(0, len(self.pending) - 1)))
        self._settle(effect, data)

    def teardown(self) -> None:
        while self.pending:
            self._settle(self.pending.pop(0), None)
        self.nothing_is_reserved_but_what_the_order_holds()

    @invariant()
    def slices_add_up_to_the_line(self) -> None:
        for line in self.order.lines:
            assert sum(part.quantity for part in line.slices) == line.quantity
            assert all(part.quantity > 0 for part in line.slices)

    @invariant()
    def every_state_is_the_fold_of_its_slices(self) -> None:
        order = self.order
        assert order.status is folded_status(part.state for _, part in order.slices())
        for one in order.fulfilments:
            states = order.states_in(one.id)
            short = one.entirely_short
            assert one.state is fulfilment_state.folded_state(states, entirely_short=short)
        for parcel in order.parcels:
            states = order.states_in_parcel(parcel.id)
            assert parcel.state is parcel_state.folded_state(states)
            assert len(set(states) - SENT_BACK) <= 1

    @invariant()
    def money_is_exact(self) -> None:
        due = sum(
            line.unit_price.minor * (line.quantity - line.quantity_in(SliceState.CANCELLED))
            for line in self.order.lines
        )
        totals = self.order.totals
        assert totals.due == Money(due, EUR)
        assert totals.ordered == totals.due + totals.cancelled

    @invariant()
    def nothing_rests_in_a_passing_state_or_in_nobodys_hands(self) -> None:
        for _, part in self.order.slices():
            assert part.state is not SliceState.SHORT
            has_fulfilment = part.hands.fulfilment_id is not None
            held = part.state in AT_A_LOCATION.union(HANDED_OVER)
            assert has_fulfilment == held
            assert (part.hands.sourcing_id is not None) == (part.state is SliceState.SOURCING)

    @invariant()
    def stock_is_reserved_for_all_that_the_order_holds(self) -> None:
        held = self._held()
        released: Counter[tuple[str, str, str]] = Counter()
        for effect in self.pending:
            if isinstance(effect, ReleaseStock | ConsumeStock):
                for line in effect.lines:
                    key = (effect.reservation_id, line.line_id, line.location_code)
                    released[key] += line.quantity
            elif isinstance(effect, CorrectStock):
                line = effect.line
                key = (effect.reservation_id, line.line_id, line.location_code)
                released[key] += line.quantity
        assert self.reserved == held + released

    def nothing_is_reserved_but_what_the_order_holds(self) -> None:
        assert self.reserved == self._held()

    def _held(self) -> Counter[tuple[str, str, str]]:
        held: Counter[tuple[str, str, str]] = Counter()
        for line, part in self.order.slices():
            fulfilment = self.order.fulfilment(part.hands.fulfilment_id or "")
            if part.state in AT_A_LOCATION and fulfilment is not None:
                key = (fulfilment.reservation_id, line.id, fulfilment.location.code)
                held[key] += part.quantity
        return held

    def _try(self, change: Any) -> None:
        before = self.order
        try:
            made = change()
        except (Refusal, RefusedAll):
            assert self.order is before
        else:
            self._apply(made)

    def _apply(self, change: Change) -> None:
        before, after = self.order, change.order
        assert after.version == before.version + 1
        self._check_steps(before, after)
        self._check_events(before, after)
        self._check_transitions(before, after)
        for effect in change.effects:
            assert effect.key not in self.keys
            self.keys.add(effect.key)
        self.order = after
        self.pending += change.effects

    def _check_steps(self, before: Order, after: Order) -> None:
        for one in after.fulfilments:
            known = before.fulfilment(one.id)
            if known is not None and known.state is not one.state:
                assert one.state in fulfilment_state.STEPS[known.state]
        for line in after.lines:
            earlier = before.line(line.id)
            assert earlier is not None
            ended = {state for state, following in STEPS.items() if not following}
            for state in ended:
                assert line.quantity_in(state) >= earlier.quantity_in(state)

    def _check_events(self, before: Order, after: Order) -> None:
        """One event per entity that changed; its seq goes on without a gap."""
        for event in events_of_order(before, after, Cause("user:x", "test", AT)):
            assert event.seq == self.seqs.get(event.entity.text, 0) + 1
            self.seqs[event.entity.text] = event.seq
        for line in after.lines:
            assert self.seqs[f"OrderLine:{line.id}"] == line.version
        for one in after.fulfilments:
            assert self.seqs[f"Fulfilment:{one.id}"] == one.version
        for parcel in after.parcels:
            assert self.seqs[f"Parcel:{parcel.id}"] == parcel.version

    def _check_transitions(self, before: Order, after: Order) -> None:
        """Applied to the slices before, what is told to have moved gives the slices after."""
        counts = Counter[tuple[str, SliceState]]()
        for line, part in before.slices():
            counts[line.id, part.state] += part.quantity
        for one in transitions_of(before, after):
            assert one.quantity > 0
            assert one.after in reachable(one.before), (one.before, one.after)
            counts[one.line_id, one.before] -= one.quantity
            assert counts[one.line_id, one.before] >= 0
            counts[one.line_id, one.after] += one.quantity
        expected = Counter[tuple[str, SliceState]]()
        for line, part in after.slices():
            expected[line.id, part.state] += part.quantity
        assert +counts == expected

    def _settle(self, effect: Effect, data: Any) -> None:
        if isinstance(effect, MoveMoney):
            return
        if isinstance(effect, SourceLine):
            self._source(effect, data)
            return
        lines = (effect.line,) if isinstance(effect, CorrectStock) else effect.lines
        for line in lines:
            key = (effect.reservation_id, line.line_id, line.location_code)
            self.reserved[key] -= line.quantity
            assert self.reserved[key] >= 0
        self.reserved += Counter()

    def _source(self, effect: SourceLine, data: Any) -> None:
        found = data.draw(st.integers(0, effect.quantity)) if data else 0
        lines = [AllocatedLine(effect.line_id, found, a_place("S9"))] if found else []
        allocations = (self._reserved(lines),) if lines else ()
        change = sourced(self.order, effect.line_id, effect.key, allocations, AT)
        if change is not None:
            self._apply(change)
        repeated = sourced(self.order, effect.line_id, effect.key, allocations, AT)
        used = {one.reservation_id for one in self.order.fulfilments}
        if not allocations or allocations[0].reservation_id in used:
            assert repeated is None

    def _reserved(self, lines: list[AllocatedLine]) -> Allocation:
        self.reservations += 1
        name = f"r{self.reservations}"
        for line in lines:
            self.reserved[name, line.line_id, line.location.code] += line.quantity
        return Allocation(name, tuple(lines))

    def _shares(self, data: Any, quantity: int) -> list[tuple[str, int]]:
        first = data.draw(st.integers(0, quantity))
        return [(code, share) for code, share in (("S1", first), ("S2", quantity - first)) if share]

    def _open(self, *states: SliceState) -> list[Fulfilment]:
        """The fulfilments with units in these states."""
        return [
            one
            for one in self.order.fulfilments
            if any(self._of(one, line.id, *states) for line in self.order.lines)
        ]

    def _fulfilment(self, data: Any) -> Fulfilment:
        found: Fulfilment = data.draw(st.sampled_from(self.order.fulfilments))
        return replace(found)

    def _of(self, fulfilment: Fulfilment, line_id: str, *states: SliceState) -> int:
        line = self.order.line(line_id)
        assert line is not None
        return sum(
            part.quantity
            for part in line.slices
            if part.hands.fulfilment_id == fulfilment.id and part.state in states
        )


TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
