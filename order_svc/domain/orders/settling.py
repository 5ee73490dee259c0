"""What a provider's answer makes of an order, and when the provider can be asked."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from order_svc.domain.lifecycles.payment_state import RefundState
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
_WAITING_FOR_CAPTURES: Final = (OperationKind.VOID, OperationKind.REFUND)


def open_operation(order: Order, key: str) -> tuple[Payment, Operation] | None:
    """The operation with that key, if the provider's answer is not known yet."""
    for payment in order.payments:
        for one in payment.operations:
            if one.key == key and one.state is OperationState.REQUESTED:
                return payment, one
    return None


def must_wait(payment: Payment, operation: Operation) -> bool:
    """Whether a capture of the same payment has to be answered first."""
    return operation.kind in _WAITING_FOR_CAPTURES and any(
        one.kind is OperationKind.CAPTURE and one.state is OperationState.REQUESTED
        for one in payment.operations
    )


def is_baseless(payment: Payment, operation: Operation) -> bool:
    """Whether a refund was planned on a capture that has failed since."""
    return (
        operation.kind is OperationKind.REFUND
        and payment.captured - payment.refunded < operation.amount
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
