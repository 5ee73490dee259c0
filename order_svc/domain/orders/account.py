"""The account of an order: after every change, what is due is taken and what is not is let go.

- what has left is captured, divided among the tenders by the order's rule;
- cash is captured at once;
- what was captured for units that were cancelled is given back;
- once nothing is left to ship, what is still authorised is voided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from order_svc.domain.effects import MoveMoney
from order_svc.domain.lifecycles.slices import HANDED_OVER, SliceState
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.order import Order
from order_svc.domain.payments.payment import (
    PLANNED,
    LineAmount,
    OperationKind,
    OperationState,
    PaymentMethod,
)
from order_svc.domain.payments.refund import Refund, RefundLine, RefundReason, RefundTender
from order_svc.domain.payments.tenders import Purse, TenderRule, divided, poured, spread
from retail_kit.money import Money, sum_of

_CAPTURE: Final = OperationKind.CAPTURE
_REFUND: Final = OperationKind.REFUND
_SETTLED: Final = HANDED_OVER | {SliceState.CANCELLED}


def balanced(before: Order, after: Order) -> Order:
    """The order after a change with its account in balance; pure, nothing is asked of anybody."""
    after = replace(
        after, lines=tuple(_charged(before.line(line.id), line) for line in after.lines)
    )
    if not after.payments:
        return after
    return _voided(_given_back(before, _captured(_captured_at_once(after))))


def moves_between(before: Order, after: Order) -> Iterator[MoveMoney]:
    """What the provider is to be asked for after the change and was not before."""
    for payment in after.payments:
        earlier = before.payment(payment.id)
        known = {one.key for one in earlier.operations} if earlier else set()
        for one in payment.operations:
            if one.key not in known and one.state is OperationState.REQUESTED:
                yield MoveMoney(one.key, after.id)


def captured_of(order: Order, line_id: str) -> Money:
    """What was taken for a line."""
    return _of_line(order, line_id, _CAPTURE, OperationState.SUCCEEDED)


def refunded_of(order: Order, line_id: str) -> Money:
    """What was given back for a line."""
    return _of_line(order, line_id, _REFUND, OperationState.SUCCEEDED)


def is_settling(order: Order, line_id: str) -> bool:
    """Whether something was asked for a line, and the provider has not answered yet."""
    return any(
        share.line_id == line_id
        for payment in order.payments
        for one in payment.operations
        if one.state is OperationState.REQUESTED
        for share in one.shares
    )


def refundable_of(order: Order, line_id: str) -> Money:
    """What was taken for a line and is not given back, nor about to be."""
    left = captured_of(order, line_id) - _of_line(order, line_id, _REFUND, *PLANNED)
    return _money(order, max(0, left.minor))


def with_refund(order: Order, refund: Refund) -> Order:
    """The order with a refund asked of its payments, divided among its lines."""
    lines = {one.line_id: one.amount.minor for one in refund.lines}
    tenders = {one.payment_id: one.amount.minor for one in refund.tenders}
    order = _asked(order, _REFUND, spread(tenders, lines), refund.id)
    return order.with_refund(refund)


def refund_id_of(order: Order) -> str:
    """The id of the order's next refund."""
    return f"{order.id}.r{len(order.refunds) + 1}"


def refund_tenders(order: Order, minor: int, *, cash_first: bool = False) -> dict[str, int]:
    """Divide an amount to give back among the payments; what a tender refused goes elsewhere."""
    refusing = {one.id for one in order.payments if one.has_failed(_REFUND)}
    purses = [Purse(one.id, one.method, one.refundable.minor) for one in order.payments]
    willing = [purse for purse in purses if purse.payment_id not in refusing]
    found: dict[str, int] = {}
    if cash_first:
        cash = [purse for purse in willing if purse.method is PaymentMethod.CASH]
        found = divided(TenderRule.CARD_FIRST, minor, cash)
        willing = [purse for purse in willing if purse.method is not PaymentMethod.CASH]
    found |= divided(order.tender_rule, minor - sum(found.values()), willing)
    unwilling = [purse for purse in purses if purse.payment_id in refusing]
    return found | divided(order.tender_rule, minor - sum(found.values()), unwilling)


def _charged(before: Line | None, line: Line) -> Line:
    """Fix the price of the units that have left with this change."""
    if before is None:
        return line
    left = line.quantity_in(*HANDED_OVER) - before.quantity_in(*HANDED_OVER)
    if left == 0:
        return line
    price = line.price_of(before.settled + left) - line.price_of(before.settled)
    return replace(line, charged_minor=line.charged_minor + price.minor)


def _captured_at_once(order: Order) -> Order:
    for payment in order.payments:
        if payment.method is PaymentMethod.CASH and payment.capturable:
            open_ = {
                line.id: max(0, (line.wanted_total - _asked_for(order, line)).minor)
                for line in order.lines
            }
            minor = min(payment.capturable.minor, sum(open_.values()))
            if minor:
                order = _asked(order, _CAPTURE, spread({payment.id: minor}, open_))
    return order


def _captured(order: Order) -> Order:
    lines = {
        line.id: max(0, (line.charged - _asked_for(order, line)).minor) for line in order.lines
    }
    purses = [Purse(one.id, one.method, one.capturable.minor) for one in order.payments]
    tenders = divided(order.tender_rule, sum(lines.values()), purses)
    return _asked(order, _CAPTURE, spread(tenders, lines))


def _given_back(before: Order, order: Order) -> Order:
    """Give back what was taken for units that are cancelled with this change."""
    lines = []
    for line in order.lines:
        surplus = _asked_for(order, line) - _of_line(order, line.id, _REFUND, *PLANNED)
        surplus = surplus - line.wanted_total
        earlier = before.line(line.id)
        cancelled = SliceState.CANCELLED
        units = line.quantity_in(cancelled) - (earlier.quantity_in(cancelled) if earlier else 0)
        if units > 0 and surplus.minor > 0:
            lines.append(RefundLine(line.id, units, surplus))
    total = sum_of([one.amount for one in lines], order.currency)
    tenders = refund_tenders(_as_captured(order), total.minor, cash_first=True)
    if not tenders:
        return order
    given = poured(sum(tenders.values()), {one.line_id: one.amount.minor for one in lines})
    refund_id = refund_id_of(order)
    refund = Refund(
        id=refund_id,
        ref=refund_id,
        reason=RefundReason.CANCELLATION,
        amount=_money(order, sum(given.values())),
        lines=tuple(
            replace(one, amount=_money(order, given[one.line_id]))
            for one in lines
            if one.line_id in given
        ),
        tenders=tuple(RefundTender(*each) for each in _priced(order, tenders)),
    )
    return with_refund(order, refund)


def _as_captured(order: Order) -> Order:
    """The order as it will be once all that is asked for is taken; to plan with, not to keep."""
    payments = tuple(
        replace(
            payment,
            operations=tuple(
                replace(one, state=OperationState.SUCCEEDED)
                if one.kind is _CAPTURE and one.state is OperationState.REQUESTED
                else one
                for one in payment.operations
            ),
        )
        for payment in order.payments
    )
    return replace(order, payments=payments)


def _voided(order: Order) -> Order:
    if any(part.state not in _SETTLED for _, part in order.slices()):
        return order
    for payment in order.payments:
        if payment.left:
            order = order.with_payment(payment.asked(OperationKind.VOID, payment.left))
    return order


def _asked(
    order: Order,
    kind: OperationKind,
    parts: Mapping[str, Mapping[str, int]],
    refund_id: str | None = None,
) -> Order:
    """Ask for an operation on each payment, with its parts by line in minor units."""
    for payment in order.payments:
        of_lines = parts.get(payment.id)
        if of_lines:
            shares = tuple(LineAmount(*each) for each in _priced(order, of_lines))
            amount = _money(order, sum(of_lines.values()))
            order = order.with_payment(payment.asked(kind, amount, shares, refund_id))
    return order


def _asked_for(order: Order, line: Line) -> Money:
    return _of_line(order, line.id, _CAPTURE, *PLANNED)


def _of_line(order: Order, line_id: str, kind: OperationKind, *states: OperationState) -> Money:
    parts = [payment.sum_of(kind, *states, line_id=line_id) for payment in order.payments]
    return sum_of(parts, order.currency)


def _priced(order: Order, minors: Mapping[str, int]) -> list[tuple[str, Money]]:
    return [(name, _money(order, minor)) for name, minor in minors.items()]


def _money(order: Order, minor: int) -> Money:
    return Money(minor, order.currency)
