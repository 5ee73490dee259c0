"""A refund: an amount given back, line by line and tender by tender."""

from dataclasses import dataclass
from enum import StrEnum

from order_svc.domain.lifecycles.payment_state import RefundState
from retail_kit.money import Money


class RefundReason(StrEnum):
    """Why money is given back; a word of the list, since free text could be personal."""

    RETURN = "RETURN"
    CANCELLATION = "CANCELLATION"
    GESTURE = "GESTURE"
    DELIVERY_FAILURE = "DELIVERY_FAILURE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What is given back for some units of a line; 0 units when it is for none in particular."""

    line_id: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundTender:
    """What is given back to one payment."""

    payment_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund; `ref` is the name that whoever asked for it has given it."""

    id: str
    ref: str
    reason: RefundReason
    amount: Money
    lines: tuple[RefundLine, ...]
    tenders: tuple[RefundTender, ...]
    state: RefundState = RefundState.SUBMITTED
    version: int = 0
