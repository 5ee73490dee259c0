"""What events say of payments and refunds: ids, states and amounts, never a token."""

from collections.abc import Mapping

from order_svc.domain.payments.payment import Payment
from order_svc.domain.payments.refund import Refund
from service_kit.runtime.json_values import JSON


def fields_of_payment(payment: Payment) -> Mapping[str, JSON]:
    """A payment in an event; amounts are decimal text."""
    return {
        "state": payment.state.value,
        "authorised": payment.authorised.format(),
        "captured": payment.captured.format(),
        "refunded": payment.refunded.format(),
        "voided": payment.voided.format(),
        "operations": len(payment.operations),
    }


def fields_of_refund(refund: Refund) -> Mapping[str, JSON]:
    """A refund in an event; amounts are decimal text."""
    return {
        "state": refund.state.value,
        "amount": refund.amount.format(),
        "lines": [
            {"lineId": one.line_id, "quantity": one.quantity, "amount": one.amount.format()}
            for one in refund.lines
        ],
        "tenders": [
            {"paymentId": one.payment_id, "amount": one.amount.format()} for one in refund.tenders
        ],
    }
