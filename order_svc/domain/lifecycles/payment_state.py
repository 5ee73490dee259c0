"""The state of a payment, folded from its sums; refunds are a matter of their own."""

from enum import StrEnum

from retail_kit.money import Money


class PaymentState(StrEnum):
    """What a payment, or all payments of an order together, is at."""

    NONE = "NONE"
    PENDING = "PENDING"
    AUTHORISED = "AUTHORISED"
    PARTIALLY_CAPTURED = "PARTIALLY_CAPTURED"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    FAILED = "FAILED"


class RefundState(StrEnum):
    """How far a refund is."""

    SUBMITTED = "SUBMITTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


def folded_state(
    authorised: Money, captured: Money, voided: Money, *, failed: bool
) -> PaymentState:
    """Fold the sums; `failed` is whether the provider has refused a capture."""
    if failed:
        return PaymentState.FAILED
    if not authorised:
        return PaymentState.PENDING
    if captured:
        whole = captured + voided == authorised
        return PaymentState.CAPTURED if whole else PaymentState.PARTIALLY_CAPTURED
    return PaymentState.VOIDED if voided == authorised else PaymentState.AUTHORISED
