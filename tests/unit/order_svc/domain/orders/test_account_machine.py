"""Any sequence of changes to an order that is paid: what its account may never get wrong."""

from collections import Counter
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import initialize, invariant, precondition, rule

from order_svc.domain.effects import Effect, MoveMoney
from order_svc.domain.lifecycles.payment_state import PaymentState, RefundState
from order_svc.domain.lifecycles.slices import HANDED_OVER, SliceState
from order_svc.domain.orders.account import captured_of, refunded_of
from order_svc.domain.orders.allocation import AllocatedLine, place
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.refunding import RefundWish, refund
from order_svc.domain.orders.returning import (
    ReturnedLine,
    complete_return,
    declare_return,
    withdraw_return,
)
from order_svc.domain.orders.settling import is_baseless, must_wait, open_operation, settled
from order_svc.domain.payments.payment import (
    PLANNED,
    Answer,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentMethod,
)
from order_svc.domain.payments.refund import RefundLine, RefundReason
from order_svc.domain.payments.tenders import TenderRule
from retail_kit.money import Money, sum_of
from tests.support.orders import AT, EUR, a_paying_order, a_place
from tests.unit.order_svc.domain.orders.test_order_machine import OrderMachine

K, SMALL = OperationKind, st.integers(min_value=0, max_value=4)
LINES = st.tuples(st.integers(1, 4), st.integers(0, 400), st.integers(0, 400)).map(
    lambda line: (line[0], line[1], min(line[2], line[0] * line[1]))
)
TENDERS = st.lists(st.tuples(st.sampled_from(PaymentMethod), st.integers(1, 700)), max_size=3)
STEPS = (declare_return, withdraw_return, complete_return)


class AccountMachine(OrderMachine):
    """The machine of orders with payments; the provider answers whenever the machine likes.

    `moved` is the provider's own book, by payment and kind of operation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moved: Counter[tuple[str, OperationKind]] = Counter()
        self.refused = False
        self.gestures = 0

    @initialize(
        lines=st.lists(LINES, min_size=1, max_size=3),
        tenders=TENDERS,
        tender_rule=st.sampled_from(TenderRule),
        data=st.data(),
    )
    def a_placed_order(
        self,
        lines: list[tuple[int, int, int]],
        tenders: list[tuple[PaymentMethod, int]],
        tender_rule: TenderRule,
        data: Any,
    ) -> None:
        order = a_paying_order(lines, tenders, tender_rule, backorder=data.draw(st.booleans()))
        allocated = [
            AllocatedLine(line.id, quantity, a_place(code))
            for line in order.lines
            for code, quantity in self._shares(data, line.quantity)
        ]
        self.order = order
        for payment in order.payments:
            self.moved[payment.id, K.AUTHORISE] += payment.amount.minor
        self._apply(place(order, self._reserved(allocated), AT))

    @rule(data=st.data(), quantity=SMALL, which=st.sampled_from(STEPS), name=st.sampled_from("xy"))
    def units_come_back(self, data: Any, quantity: int, which: Any, name: str) -> None:
        line = data.draw(st.sampled_from(self.order.lines))
        self._try(lambda: which(self.order, name, [ReturnedLine(line.id, quantity)]))

    @rule(data=st.data(), minor=st.integers(0, 500))
    @precondition(lambda self: self.order.payments)
    def somebody_asks_money_back(self, data: Any, minor: int) -> None:
        line = data.draw(st.sampled_from(self.order.lines))
        self.gestures += 1
        amount = Money(minor, EUR)
        by_line = data.draw(st.booleans())
        lines = (RefundLine(line.id, 0, amount),) if by_line else ()
        reason, ref = RefundReason.GESTURE, f"g{self.gestures}"
        wish = RefundWish(ref, reason, lines, None if by_line else amount)
        self._try(lambda: refund(self.order, wish))

    @rule(data=st.data())
    @precondition(lambda self: any(isinstance(one, MoveMoney) for one in self.pending))
    def the_provider_answers(self, data: Any) -> None:
        effect = next(one for one in self.pending if isinstance(one, MoveMoney))
        self.pending.remove(effect)
        self._settle(effect, data)

    def teardown(self) -> None:
        """Do what is left to do, also what a step that was cut short has dropped."""
        goods = [one for one in self.pending if not isinstance(one, MoveMoney)]
        asked = self._operations(K.CAPTURE, K.REFUND, K.VOID)
        money = [
            MoveMoney(one.key, self.order.id)
            for _, one in asked
            if one.state is OperationState.REQUESTED
        ]
        self.pending = [*goods, *money]
        super().teardown()
        self.all_is_settled_to_the_cent()

    def all_is_settled_to_the_cent(self) -> None:
        """With a provider that never refuses, what is taken in the end is what is due."""
        for one in self.order.refunds:
            assert one.state is not RefundState.SUBMITTED
        done = {SliceState.CANCELLED, *HANDED_OVER}
        ended = all(part.state in done for _, part in self.order.slices())
        if self.refused or not ended or not self.order.payments:
            return
        taken = self._sum(K.CAPTURE) - self._sum(K.REFUND)
        if not self.gestures:
            assert taken == self.order.totals.due
        assert self._sum(K.AUTHORISE) == self._sum(K.CAPTURE) + self._sum(K.VOID)
        assert self.order.payment_state in {PaymentState.CAPTURED, PaymentState.VOIDED}

    @invariant()
    def money_is_exact(self) -> None:
        totals = self.order.totals
        assert totals.ordered == totals.due + totals.cancelled
        assert totals.cancelled >= Money(0, EUR)
        for line in self.order.lines:
            assert Money(0, EUR) <= line.charged <= line.wanted_total <= line.total
            if line.quantity_in(SliceState.CANCELLED) == line.quantity:
                assert line.cancelled_total == line.total
            if line.quantity_in(*HANDED_OVER) == line.quantity:
                assert line.charged == line.total

    @invariant()
    def no_tender_gives_or_takes_more_than_it_may(self) -> None:
        for payment in self.order.payments:
            given = payment.sum_of(K.CAPTURE, *PLANNED) + payment.sum_of(K.VOID, *PLANNED)
            assert given <= payment.authorised
            assert payment.refunded <= payment.captured <= payment.authorised
            planned = payment.sum_of(K.REFUND, *PLANNED)
            assert planned <= payment.sum_of(K.CAPTURE, *PLANNED) or self.refused
            for kind in K:
                assert payment.sum_of(kind).minor == self.moved[payment.id, kind]

    @invariant()
    def no_line_is_paid_twice_or_given_back_more_than_it_cost(self) -> None:
        zero = Money(0, EUR)
        for line in self.order.lines:
            captured = captured_of(self.order, line.id)
            assert zero <= refunded_of(self.order, line.id) <= captured <= line.total
            planned = [self._planned(kind, line.id) for kind in (K.REFUND, K.CAPTURE)]
            assert planned[0] <= planned[1] <= line.total or self.refused

    @invariant()
    def every_operation_is_divided_among_lines_without_a_rest(self) -> None:
        for _, one in self._operations(K.CAPTURE, K.REFUND):
            assert sum_of([share.amount for share in one.shares], EUR) == one.amount
            assert all(share.amount.minor > 0 for share in one.shares)

    @invariant()
    def what_has_left_is_paid_for_or_about_to_be(self) -> None:
        if self.refused or not self.order.payments:
            return
        for line in self.order.lines:
            assert self._planned(K.CAPTURE, line.id) >= line.charged

    @invariant()
    def a_refund_is_the_sum_of_its_parts(self) -> None:
        for one in self.order.refunds:
            assert sum_of([line.amount for line in one.lines], EUR) == one.amount
            assert sum_of([tender.amount for tender in one.tenders], EUR) == one.amount

    def _check_events(self, before: Order, after: Order) -> None:
        super()._check_events(before, after)
        for payment in after.payments:
            assert self.seqs[f"Payment:{payment.id}"] == payment.version
        for one in after.refunds:
            assert self.seqs[f"Refund:{one.id}"] == one.version

    def _settle(self, effect: Effect, data: Any) -> None:
        if not isinstance(effect, MoveMoney):
            super()._settle(effect, data)
            return
        found = open_operation(self.order, effect.key)
        if found is None:
            return
        payment, operation = found
        if must_wait(self.order, payment, operation):
            self.pending.append(effect)
            return
        final = is_baseless(self.order, payment, operation)
        accepted = not final and self._answers(payment, operation, data)
        change = settled(self.order, effect.key, Answer(accepted), AT, final=final)
        assert change is not None
        self._apply(change)
        if open_operation(self.order, effect.key) is not None:
            self.pending.append(effect)
        elif not accepted:
            self.refused = True

    def _answers(self, payment: Payment, operation: Operation, data: Any) -> bool:
        """The provider's own rules, and now and then a no of its own."""
        book = {kind: self.moved[payment.id, kind] for kind in K}
        left = book[K.AUTHORISE] - book[K.CAPTURE] - book[K.VOID]
        most = book[K.CAPTURE] - book[K.REFUND] if operation.kind is K.REFUND else left
        assert operation.amount.minor <= most
        if data is not None and data.draw(st.integers(0, 7)) == 7:
            self.refused = True
            return False
        self.moved[payment.id, operation.kind] += operation.amount.minor
        return True

    def _operations(self, *kinds: OperationKind) -> list[tuple[Payment, Operation]]:
        return [
            (payment, one)
            for payment in self.order.payments
            for one in payment.operations
            if one.kind in kinds
        ]

    def _planned(self, kind: OperationKind, line_id: str) -> Money:
        parts = [one.sum_of(kind, *PLANNED, line_id=line_id) for one in self.order.payments]
        return sum_of(parts, EUR)

    def _sum(self, kind: OperationKind) -> Money:
        done = [
            one.amount for _, one in self._operations(kind) if one.state is OperationState.SUCCEEDED
        ]
        return sum_of(done, EUR)


TestAnyPaidOrder = AccountMachine.TestCase
TestAnyPaidOrder.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
