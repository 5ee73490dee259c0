"""Payments and refunds as they stand within the documents of their orders, and back."""

from collections.abc import Iterable
from typing import Any

from order_svc.domain.lifecycles.payment_state import RefundState
from order_svc.domain.payments.payment import (
    LineAmount,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentMethod,
)
from order_svc.domain.payments.refund import Refund, RefundLine, RefundReason, RefundTender
from retail_kit.money import Money


def payment_document(payment: Payment) -> dict[str, Any]:
    """A payment; amounts are in minor units of the order's currency."""
    return {
        "id": payment.id,
        "method": payment.method.value,
        "token": payment.token,
        "amount": payment.amount.minor,
        "operations": [_operation_document(one) for one in payment.operations],
        "version": payment.version,
    }


def payment_of(document: dict[str, Any], currency: str) -> Payment:
    """The payment of a document."""
    return Payment(
        id=document["id"],
        method=PaymentMethod(document["method"]),
        token=document["token"],
        amount=Money(document["amount"], currency),
        operations=tuple(_operation_of(one, currency) for one in document["operations"]),
        version=document["version"],
    )


def refund_document(refund: Refund) -> dict[str, Any]:
    """A refund."""
    return {
        "id": refund.id,
        "ref": refund.ref,
        "reason": refund.reason.value,
        "amount": refund.amount.minor,
        "lines": [
            {"lineId": one.line_id, "quantity": one.quantity, "amount": one.amount.minor}
            for one in refund.lines
        ],
        "tenders": [
            {"paymentId": one.payment_id, "amount": one.amount.minor} for one in refund.tenders
        ],
        "state": refund.state.value,
        "version": refund.version,
    }


def refund_of(document: dict[str, Any], currency: str) -> Refund:
    """The refund of a document."""
    return Refund(
        id=document["id"],
        ref=document["ref"],
        reason=RefundReason(document["reason"]),
        amount=Money(document["amount"], currency),
        lines=tuple(
            RefundLine(one["lineId"], one["quantity"], Money(one["amount"], currency))
            for one in document["lines"]
        ),
        tenders=tuple(
            RefundTender(one["paymentId"], Money(one["amount"], currency))
            for one in document["tenders"]
        ),
        state=RefundState(document["state"]),
        version=document["version"],
    )


def _operation_document(operation: Operation) -> dict[str, Any]:
    return {
        "key": operation.key,
        "kind": operation.kind.value,
        "amount": operation.amount.minor,
        "state": operation.state.value,
        "shares": _shares_document(operation.shares),
        "refundId": operation.refund_id,
        "attempt": operation.attempt,
        "at": operation.at,
    }


def _operation_of(document: dict[str, Any], currency: str) -> Operation:
    return Operation(
        key=document["key"],
        kind=OperationKind(document["kind"]),
        amount=Money(document["amount"], currency),
        state=OperationState(document["state"]),
        shares=tuple(
            LineAmount(one["lineId"], Money(one["amount"], currency)) for one in document["shares"]
        ),
        refund_id=document["refundId"],
        attempt=document["attempt"],
        at=document["at"],
    )


def _shares_document(shares: Iterable[LineAmount]) -> list[dict[str, Any]]:
    return [{"lineId": one.line_id, "amount": one.amount.minor} for one in shares]
