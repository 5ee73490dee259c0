from order_svc.domain.lifecycles.actions import Action, Hindrance
from order_svc.domain.orders.available import (
    actions_on_fulfilment,
    actions_on_line,
    actions_on_order,
    actions_on_parcel,
    refund_of_order,
)
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.refunding import RefundWish, refund
from order_svc.domain.payments.refund import RefundReason
from retail_kit.money import Money
from tests.support.orders import (
    a_paid_order,
    all_answered,
    an_order,
    fulfilment_of,
    line_of,
    packed,
    picked,
    shipped,
)


def on_fulfilment(order: Order) -> list[Hindrance | None]:
    found = actions_on_fulfilment(order, fulfilment_of(order), allowed=True)
    return [one.hindrance for one in found]


def test_the_actions_on_a_fulfilment_follow_its_work() -> None:
    order = an_order(1)
    assert [one.action for one in actions_on_fulfilment(order, fulfilment_of(order), allowed=True)]
    assert on_fulfilment(order) == [None, Hindrance.STILL_PICKING, Hindrance.NOTHING_TO_DO]
    order = picked(order)
    assert on_fulfilment(order) == [Hindrance.NOTHING_TO_DO, None, Hindrance.NOTHING_TO_DO]
    order = packed(order)
    assert on_fulfilment(order) == [Hindrance.NOTHING_TO_DO, Hindrance.NOTHING_TO_DO, None]
    order = shipped(order)
    assert on_fulfilment(order) == [Hindrance.ALREADY_SHIPPED] * 3


def test_an_order_can_be_cancelled_until_something_has_left() -> None:
    order = an_order(1)
    (cancel,) = actions_on_order(order, allowed=True)
    assert (cancel.action, cancel.hindrance) == (Action.ORDER_CANCEL, None)
    (cancel,) = actions_on_order(shipped(packed(picked(order))), allowed=True)
    assert cancel.hindrance is Hindrance.ALREADY_SHIPPED


def test_a_caller_without_the_right_is_told_so_whatever_the_state() -> None:
    order = shipped(packed(picked(an_order(1))))
    parts = (
        actions_on_order(order, allowed=False),
        actions_on_line(line_of(order), allowed=False),
        actions_on_fulfilment(order, fulfilment_of(order), allowed=False),
        actions_on_parcel(order, order.parcels[0], allowed=False),
    )
    assert {one.hindrance for part in parts for one in part} == {Hindrance.NOT_YOURS}


def test_money_can_be_given_back_while_some_that_was_taken_is_left() -> None:
    order = a_paid_order([(1, 5000, 0)], [])
    assert refund_of_order(order, allowed=True).hindrance is Hindrance.NOTHING_TO_DO
    order = all_answered(shipped(packed(picked(order))))
    assert refund_of_order(order, allowed=True).hindrance is None
    assert refund_of_order(order, allowed=False).hindrance is Hindrance.NOT_YOURS
    change = refund(order, RefundWish("r", RefundReason.GESTURE, amount=Money(5000, "EUR")))
    assert change is not None
    assert refund_of_order(change.order, allowed=True).hindrance is Hindrance.NOTHING_TO_DO


def test_a_parcel_can_arrive_once_it_has_left() -> None:
    order = packed(picked(an_order(1)))
    (arrive,) = actions_on_parcel(order, order.parcels[0], allowed=True)
    assert arrive.hindrance is Hindrance.NOTHING_TO_DO
    order = shipped(order)
    (arrive,) = actions_on_parcel(order, order.parcels[0], allowed=True)
    assert arrive.hindrance is None
