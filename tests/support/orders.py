"""Builders of orders for tests: placed, allocated, at any step."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from order_svc.domain.fulfilments.fulfilment import Fulfilment, Place
from order_svc.domain.lines.line import Discount, Line
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, place
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.packing import PackedParcel, pack
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.orders.placement import AskedLine, AskedPayment, KnownPrices, Placement, begin
from order_svc.domain.orders.settling import settled
from order_svc.domain.orders.shipping import deliver, ship
from order_svc.domain.payments.payment import Answer, OperationState, PaymentMethod
from order_svc.domain.payments.tenders import TenderRule
from retail_kit.money import Money

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EUR = "EUR"


def a_place(code: str) -> Place:
    """A location as inventory names it."""
    return Place(f"id-of-{code}", code)


def a_placing_order(
    *quantities: int, order_id: str = "o1", channel: str = "web", backorder: bool = False
) -> Order:
    """An order with one line per quantity, of SKUs A, B, C ... at 1.00, 2.00 ... each."""
    lines = tuple(
        AskedLine(chr(ord("A") + index), quantity, Money((index + 1) * 100, EUR), backorder)
        for index, quantity in enumerate(quantities or (1,))
    )
    placement = Placement(order_id, f"ref-{order_id}", channel, lines, "c1", "7")
    return begin(placement, KnownPrices(), AT)


def a_paying_order(
    lines: Sequence[tuple[int, int, int]],
    tenders: Sequence[tuple[PaymentMethod, int]],
    rule: TenderRule = TenderRule.CARD_FIRST,
    *,
    backorder: bool = False,
) -> Order:
    """An order being placed: lines of (units, unit price, discount), tenders in minor units.

    A last card pays what the tenders leave.
    """
    asked = tuple(
        AskedLine(
            chr(ord("A") + index),
            units,
            Money(price, EUR),
            backorder,
            (Discount("OFF", Money(off, EUR)),) if off else (),
        )
        for index, (units, price, off) in enumerate(lines)
    )
    due = sum(units * price - off for units, price, off in lines)
    left, payments = due, list[AskedPayment]()
    for method, minor in tenders:
        part = min(minor, left)
        left -= part
        if part:
            payments.append(AskedPayment(method, "tok_ok", Money(part, EUR)))
    if left:
        payments.append(AskedPayment(PaymentMethod.CARD, "tok_ok", Money(left, EUR)))
    placement = Placement(
        "o1", "ref-o1", "web", asked, "c1", "7", payments=tuple(payments), tender_rule=rule
    )
    return begin(placement, KnownPrices(), AT)


def a_paid_order(
    lines: Sequence[tuple[int, int, int]],
    tenders: Sequence[tuple[PaymentMethod, int]],
    rule: TenderRule = TenderRule.CARD_FIRST,
) -> Order:
    """The same placed, with all its tenders authorised, at one location."""
    order = a_paying_order(lines, tenders, rule)
    return place(order, an_allocation(order), AT).order


def all_answered(order: Order, *, accepted: bool = True) -> Order:
    """The order once the provider has answered everything it was asked, in that order."""
    while keys := [
        one.key
        for payment in order.payments
        for one in payment.operations
        if one.state is OperationState.REQUESTED
    ]:
        change = settled(order, keys[0], Answer(accepted), AT)
        assert change is not None
        order = change.order
    return order


def an_allocation(
    order: Order, at: Mapping[str, Mapping[str, int]] | str = "S1", reservation: str = "r1"
) -> Allocation:
    """All of the order at one location, or units of lines by location."""
    if isinstance(at, str):
        at = {at: {line.id: line.quantity for line in order.lines}}
    return Allocation(
        reservation,
        tuple(
            AllocatedLine(line_id, quantity, a_place(code))
            for code, quantities in at.items()
            for line_id, quantity in quantities.items()
        ),
    )


def an_order(
    *quantities: int,
    at: Mapping[str, Mapping[str, int]] | str = "S1",
    order_id: str = "o1",
    backorder: bool = False,
) -> Order:
    """A placed order, allocated as said."""
    order = a_placing_order(*quantities, order_id=order_id, backorder=backorder)
    return place(order, an_allocation(order, at), AT).order


def line_of(order: Order, place_: int = 1) -> Line:
    """The line at a place, from 1."""
    return order.lines[place_ - 1]


def fulfilment_of(order: Order, place_: int = 1) -> Fulfilment:
    """The fulfilment at a place, from 1."""
    return order.fulfilments[place_ - 1]


def picked(order: Order, place_: int = 1) -> Order:
    """Everything of a fulfilment picked."""
    fulfilment = fulfilment_of(order, place_)
    lines = [PickedLine(line.line_id, line.quantity) for line in fulfilment.lines]
    return pick(order, fulfilment, lines, AT).order


def packed(order: Order, place_: int = 1) -> Order:
    """Everything of a picked fulfilment in one parcel."""
    fulfilment = fulfilment_of(order, place_)
    quantities = {line.line_id: line.quantity for line in fulfilment.lines}
    return pack(order, fulfilment, [PackedParcel(quantities, 500)]).order


def delivered(order: Order) -> Order:
    """Everything of a shipped order with the customer."""
    for parcel in order.parcels:
        order = deliver(order, parcel, AT).order
    return order


def shipped(order: Order, place_: int = 1) -> Order:
    """Everything of a packed fulfilment on its way."""
    return ship(order, fulfilment_of(order, place_), "Colis", [], AT).order
