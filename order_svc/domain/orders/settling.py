"""What a provider's answer makes of an order, and when the provider can be asked."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from order_svc.domain.lifecycles.payment_state import RefundState
from order_svc.domain.orders.account import captured_of, refunded_of
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.payments.payment import (
    MOST_ATTEMPTS,
    Answer,
    Operation,
    OperationKind,
    OperationState,
    Payment,
)
from order_svc.domain.payments.refund import Refund

_TOLD: Final = {
    (OperationKind.CAPTURE, True): Happening.PAYMENT_CAPTURED,
    (OperationKind.CAPTURE, False): Happening.PAYMENT_FAILED,
    (OperationKind.VOID, True): Happening.PAYMENT_VOIDED,
    (OperationKind.VOID, False): Happening.PAYMENT_FAILED,
}


def open_operation(order: Order, key: str) -> tuple[Payment, Operation] | None:
    """The operation with that key, if the provider's answer is not known yet."""
    for payment in order.payments:
        for one in payment.operations:
            if one.key == key and one.state is OperationState.REQUESTED:
                return payment, one
    return None


def must_wait(order: Order, payment: Payment, operation: Operation) -> bool:
    """Whether a capture has to be answered first: of the payment, or for a line of a refund."""
    match operation.kind:
        case OperationKind.VOID:
            lines = frozenset[str]()
        case OperationKind.REFUND:
            lines = frozenset(share.line_id for share in operation.shares)
        case _:
            return False
    return any(
        each.id == payment.id or not lines.isdisjoint(share.line_id for share in one.shares)
        for each in order.payments
        for one in each.operations
        if one.kind is OperationKind.CAPTURE and one.state is OperationState.REQUESTED
    )


def is_baseless(order: Order, payment: Payment, operation: Operation) -> bool:
    """Whether a refund was planned on a capture that has failed since.

    What was taken for another line is no base, though the same payment gave it.
    """
    if operation.kind is not OperationKind.REFUND:
        return False
    return payment.captured - payment.refunded < operation.amount or any(
        captured_of(order, share.line_id) - refunded_of(order, share.line_id) < share.amount
        for share in operation.shares
    )


def settled(
    order: Order, key: str, answer: Answer, at: datetime, *, final: bool = False
) -> Change | None:
    """Note an answer; a refused refund is tried again unless that is final. None: noted before."""
    found = open_operation(order, key)
    if found is None:
        return None
    payment, operation = found
    may_retry = operation.kind is OperationKind.REFUND and operation.attempt < MOST_ATTEMPTS
    if not answer.accepted and may_retry and not final:
        again = replace(operation, attempt=operation.attempt + 1)
        after = order.with_payment(payment.with_operation(again))
        return changed(order, after, entries=[], effects=[])
    state = OperationState.SUCCEEDED if answer.accepted else OperationState.FAILED
    done = replace(operation, state=state, at=at)
    after = order.with_payment(payment.with_operation(done))
    entries = _entries(payment, operation, answer)
    refund = after.refund(operation.refund_id or "")
    if refund is not None:
        after, told = _refund_folded(after, refund)
        entries += told
    return changed(order, after, entries=entries, effects=[])


def authorised(order: Order, at: datetime) -> Order:
    """The order once the provider has authorised all its payments."""
    payments = tuple(
        payment.with_operation(
            replace(payment.authorisation, state=OperationState.SUCCEEDED, at=at)
        )
        for payment in order.payments
    )
    return replace(order, payments=payments)


def _entries(payment: Payment, operation: Operation, answer: Answer) -> list[Entry]:
    happening = _TOLD.get((operation.kind, answer.accepted))
    if happening is None:
        return []
    details = {"amount": str(operation.amount)}
    if answer.reason:
        details["reason"] = answer.reason
    return [Entry(happening, SubjectType.PAYMENT, payment.id, details)]


def _refund_folded(order: Order, refund: Refund) -> tuple[Order, list[Entry]]:
    states = {
        one.state
        for payment in order.payments
        for one in payment.operations
        if one.refund_id == refund.id
    }
    if OperationState.REQUESTED in states:
        return order, []
    failed = OperationState.FAILED in states
    state = RefundState.FAILED if failed else RefundState.SUCCEEDED
    happening = Happening.REFUND_FAILED if failed else Happening.REFUND_SUCCEEDED
    entry = Entry(happening, SubjectType.REFUND, refund.id, {"amount": str(refund.amount)})
    return order.with_refund(replace(refund, state=state)), [entry]
