"""Giving money back: never more than was taken, for a line as for a tender."""

from collections.abc import Sequence
from dataclasses import dataclass

from order_svc.domain.orders.account import (
    refund_id_of,
    refund_tenders,
    refundable_of,
    with_refund,
)
from order_svc.domain.orders.change import Change, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.payments.refund import Refund, RefundLine, RefundReason, RefundTender
from order_svc.domain.payments.tenders import poured
from order_svc.domain.refusals import refund_exceeds_paid
from retail_kit.money import Money, sum_of
from service_kit.commands.denials import invalid, not_found
from service_kit.commands.naming import ref_errors, refuse_any
from service_kit.commands.refusal import RefusedAll


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What to give back: for these lines, or an amount for the order as a whole."""

    ref: str
    reason: RefundReason
    lines: tuple[RefundLine, ...] = ()
    amount: Money | None = None


def refund(order: Order, wish: RefundWish) -> Change | None:
    """Plan a refund and ask it of the tenders; None if the same one was asked for before."""
    refuse_any(ref_errors(wish.ref, "input", "refundId"))
    known = next((one for one in order.refunds if one.ref == wish.ref), None)
    if known is not None:
        _check_same(known, wish)
        return None
    lines = _of_lines(order, wish) if wish.lines else _of_order(order, wish)
    amount = sum_of([line.amount for line in lines], order.currency)
    tenders = refund_tenders(order, amount.minor)
    if sum(tenders.values()) < amount.minor:
        raise refund_exceeds_paid(amount, Money(sum(tenders.values()), order.currency))
    planned = Refund(
        id=refund_id_of(order),
        ref=wish.ref,
        reason=wish.reason,
        amount=amount,
        lines=tuple(lines),
        tenders=tuple(
            RefundTender(payment_id, Money(minor, order.currency))
            for payment_id, minor in tenders.items()
        ),
    )
    return changed(order, with_refund(order, planned), entries=[], effects=[])


def _check_same(known: Refund, wish: RefundWish) -> None:
    wanted = wish.amount or sum_of([line.amount for line in wish.lines], known.amount.currency)
    if wanted != known.amount or (wish.lines and wish.lines != known.lines):
        raise invalid("Another refund has this id.", "input", "refundId")


def _of_lines(order: Order, wish: RefundWish) -> Sequence[RefundLine]:
    _check_lines(order, wish)
    refusals = [
        refund_exceeds_paid(
            one.amount, there_is, "input", "lines", str(index), "amount", line_id=one.line_id
        )
        for index, one in enumerate(wish.lines)
        if one.amount > (there_is := refundable_of(order, one.line_id))
    ]
    if refusals:
        raise RefusedAll(refusals)
    return wish.lines


def _check_lines(order: Order, wish: RefundWish) -> None:
    if len({one.line_id for one in wish.lines}) < len(wish.lines):
        raise invalid("Name each line once.", "input", "lines")
    for index, one in enumerate(wish.lines):
        path = ("input", "lines", str(index))
        line = order.line(one.line_id)
        if line is None:
            raise not_found("line in this order", *path, "lineId")
        if not 0 <= one.quantity <= line.quantity:
            raise invalid(f"Between 0 and {line.quantity} units.", *path, "quantity")
        _check_amount(order, one.amount, *path, "amount")
    total = sum_of([one.amount for one in wish.lines], order.currency)
    if wish.amount is not None and wish.amount != total:
        raise invalid(f"The lines add up to {total}.", "input", "amount")


def _of_order(order: Order, wish: RefundWish) -> Sequence[RefundLine]:
    """Divide an amount for the whole order among what was taken for its lines."""
    if wish.amount is None:
        raise invalid("Give lines or an amount.", "input", "amount")
    _check_amount(order, wish.amount, "input", "amount")
    room = {line.id: refundable_of(order, line.id).minor for line in order.lines}
    if wish.amount.minor > sum(room.values()):
        there_is = Money(sum(room.values()), order.currency)
        raise refund_exceeds_paid(wish.amount, there_is, "input", "amount")
    return [
        RefundLine(line_id, 0, Money(minor, order.currency))
        for line_id, minor in poured(wish.amount.minor, room).items()
    ]


def _check_amount(order: Order, amount: Money, *path: str) -> None:
    if amount.currency != order.currency:
        raise invalid(f"The order is in {order.currency}.", *path)
    if amount.minor < 1:
        raise invalid("Give back a positive amount.", *path)
