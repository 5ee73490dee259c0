"""What is taken, let go of and given back as an order goes its way."""

import pytest

from order_svc.domain.lifecycles.payment_state import PaymentState, RefundState
from order_svc.domain.orders.cancelling import CancelReason, cancel_line, cancel_order
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.packing import PackedParcel, pack
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.orders.settling import is_baseless, must_wait, open_operation, settled
from order_svc.domain.payments.payment import Answer, OperationKind, OperationState, PaymentMethod
from order_svc.domain.payments.refund import RefundReason
from order_svc.domain.payments.tenders import TenderRule
from retail_kit.money import Money
from tests.support.orders import AT, EUR, a_paid_order, all_answered, packed, picked, shipped

M, K = PaymentMethod, OperationKind
WHY = CancelReason.CUSTOMER_REQUEST


def eur(minor: int) -> Money:
    return Money(minor, EUR)


def sums(order: Order) -> list[tuple[PaymentMethod, int, int, int]]:
    """Method, captured, refunded, voided."""
    return [
        (one.method, one.captured.minor, one.refunded.minor, one.voided.minor)
        for one in order.payments
    ]


def test_a_placed_order_is_authorised_and_nothing_is_taken() -> None:
    order = a_paid_order([(1, 10_000, 0)], [])
    assert (order.payment_state, sums(order)) == (PaymentState.AUTHORISED, [(M.CARD, 0, 0, 0)])


def test_what_leaves_is_captured() -> None:
    order = shipped(packed(picked(a_paid_order([(1, 10_000, 0)], []))))
    assert order.payment_state is PaymentState.AUTHORISED
    order = all_answered(order)
    assert (order.payment_state, sums(order)) == (PaymentState.CAPTURED, [(M.CARD, 10_000, 0, 0)])


def test_what_is_cancelled_before_the_rest_leaves_is_let_go_of() -> None:
    order = a_paid_order([(1, 6000, 0), (1, 4000, 0)], [])
    order = cancel_line(order, order.lines[1], 1, WHY).order
    assert not open_operations(order)
    order = all_answered(shipped(packed_first(picked_first(order))))
    assert (order.payment_state, sums(order)) == (PaymentState.CAPTURED, [(M.CARD, 6000, 0, 4000)])


def test_a_cancelled_order_lets_go_of_every_tender() -> None:
    order = a_paid_order([(1, 10_000, 0)], [(M.VOUCHER, 3000)])
    order = all_answered(cancel_order(order, WHY).order)
    assert order.payment_state is PaymentState.VOIDED
    assert sums(order) == [(M.VOUCHER, 0, 0, 3000), (M.CARD, 0, 0, 7000)]


def test_cash_is_taken_at_once_and_given_back_when_the_order_is_cancelled() -> None:
    order = all_answered(a_paid_order([(1, 10_000, 0)], [(M.CASH, 3000)]))
    assert sums(order) == [(M.CASH, 3000, 0, 0), (M.CARD, 0, 0, 0)]
    order = all_answered(cancel_order(order, WHY).order)
    assert sums(order) == [(M.CASH, 3000, 3000, 0), (M.CARD, 0, 0, 7000)]
    (refund,) = order.refunds
    assert (refund.reason, refund.state) == (RefundReason.CANCELLATION, RefundState.SUCCEEDED)


def test_cash_pays_for_what_leaves_before_the_card_does() -> None:
    order = all_answered(a_paid_order([(1, 10_000, 0)], [(M.CASH, 3000)]))
    order = all_answered(shipped(packed(picked(order))))
    assert sums(order) == [(M.CASH, 3000, 0, 0), (M.CARD, 7000, 0, 0)]


@pytest.mark.parametrize(
    ("rule", "taken"), [(TenderRule.CARD_FIRST, (0, 5000)), (TenderRule.PRO_RATA, (1500, 3500))]
)
def test_a_part_that_leaves_is_taken_from_the_tenders_by_the_rule(
    rule: TenderRule, taken: tuple[int, int]
) -> None:
    order = a_paid_order([(1, 5000, 0), (1, 5000, 0)], [(M.VOUCHER, 3000)], rule)
    order = all_answered(shipped(packed_first(picked(order))))
    assert tuple(one.captured.minor for one in order.payments) == taken


def test_units_of_a_discounted_line_differ_by_a_cent_and_add_up() -> None:
    order = a_paid_order([(3, 1000, 500)], [])
    line = order.lines[0]
    assert [line.price_of(units).minor for units in range(4)] == [0, 833, 1666, 2500]
    order = cancel_line(order, line, 1, WHY).order
    assert order.totals.cancelled == eur(833)
    order = all_answered(shipped(packed_units(picked_units(order, 2), 2)))
    assert sums(order) == [(M.CARD, 1667, 0, 833)]


def test_a_let_go_waits_for_the_capture_and_a_refused_capture_is_told() -> None:
    order = a_paid_order([(1, 6000, 0), (1, 4000, 0)], [])
    order = cancel_line(order, order.lines[1], 1, WHY).order
    order = shipped(packed_first(picked_first(order)))
    keys = open_operations(order)
    assert [key.rpartition(".")[2] for key in keys] == ["o2", "o3"]
    change = settled(order, keys[0], Answer(accepted=False, reason="LOST"), AT)
    assert change is not None
    assert change.order.payment_state is PaymentState.FAILED
    assert change.entries[0].details == {"amount": "60.00 EUR", "reason": "LOST"}


def test_an_answer_is_noted_once() -> None:
    order = shipped(packed(picked(a_paid_order([(1, 10_000, 0)], []))))
    (key,) = open_operations(order)
    change = settled(order, key, Answer(accepted=True), AT)
    assert isinstance(change, Change)
    assert settled(change.order, key, Answer(accepted=True), AT) is None
    assert open_operation(change.order, key) is None


def test_what_was_taken_for_one_line_is_no_base_for_giving_back_another() -> None:
    order = a_paid_order([(1, 1, 0), (2, 123, 0)], [(M.CASH, 1), (M.CASH, 246)])
    order = cancel_line(order, order.lines[1], 1, WHY).order
    first, second = order.payments
    taking, other = (payment.operations[1] for payment in order.payments)
    giving_back = first.operations[2]
    assert (taking.shares[0].line_id, giving_back.shares[0].line_id) == ("o1.l1", "o1.l2")

    order = answered(order, taking.key, accepted=True)
    assert must_wait(order, order.payments[0], giving_back)
    lost = answered(order, other.key, accepted=False)
    assert not must_wait(lost, lost.payments[0], giving_back)
    assert is_baseless(lost, lost.payments[0], giving_back)
    taken = answered(order, other.key, accepted=True)
    assert not is_baseless(taken, taken.payments[0], giving_back)
    assert not must_wait(order, second, second.operations[0])


def answered(order: Order, key: str, *, accepted: bool) -> Order:
    change = settled(order, key, Answer(accepted), AT)
    assert change is not None
    return change.order


def open_operations(order: Order) -> list[str]:
    return [
        one.key
        for payment in order.payments
        for one in payment.operations
        if one.state is OperationState.REQUESTED
    ]


def picked_first(order: Order) -> Order:
    return picked_units(order, 1)


def picked_units(order: Order, units: int) -> Order:
    from_first = [PickedLine(order.lines[0].id, units)]
    return pick(order, order.fulfilments[0], from_first, AT).order


def packed_first(order: Order) -> Order:
    return packed_units(order, 1)


def packed_units(order: Order, units: int) -> Order:
    parcel = PackedParcel({order.lines[0].id: units})
    return pack(order, order.fulfilments[0], [parcel]).order
