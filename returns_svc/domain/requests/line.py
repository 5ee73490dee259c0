"""A line of a return: units of one SKU, what was paid for them, what was found of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from retail_kit.money import Money, sum_of
from returns_svc.domain.policies.policy import (
    Condition,
    Disposition,
    Grade,
    GradeTerms,
    ReturnReason,
)

_WHOLE: Final = 100


class RejectReason(StrEnum):
    """Why a unit is not taken back."""

    WORN = "WORN"
    DAMAGED_BY_CUSTOMER = "DAMAGED_BY_CUSTOMER"
    INCOMPLETE = "INCOMPLETE"
    NOT_OURS = "NOT_OURS"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Basis:
    """What was paid for all `units` of an order line; `before` of them came back earlier."""

    paid: Money
    units: int
    before: int = 0

    def share(self, first: int, last: int) -> Money:
        """What was paid for the units from `first` up to `last`, counted from 0.

        Units may differ by a cent; all of them together cost what was paid, exactly.
        """
        low, high = (min(self.units, self.before + place) for place in (first, last))
        if not self.units:
            return Money(0, self.paid.currency)
        minor = self.paid.minor * high // self.units - self.paid.minor * low // self.units
        return Money(minor, self.paid.currency)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Units that somebody has looked at together; a rejection has a reason.

    `amount` is what the terms refund for them; `disposition` is where accepted ones go.
    """

    quantity: int
    grade: Grade
    accepted: bool
    amount: Money | None = None
    reason: RejectReason | None = None
    disposition: Disposition | None = None
    condition: Condition | None = None
    target_location: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """Units of one order line that come back for one reason.

    An unmatched line has no order line, no basis and no terms.
    """

    id: str
    sku: str
    quantity: int
    reason: ReturnReason
    category: str | None = None
    order_line_id: str | None = None
    basis: Basis | None = None
    policy: str | None = None
    terms: tuple[GradeTerms, ...] = ()
    inspections: tuple[Inspection, ...] = ()

    @property
    def inspected(self) -> int:
        """How many units were looked at."""
        return sum(one.quantity for one in self.inspections)

    @property
    def accepted(self) -> int:
        """How many units were taken back."""
        return sum(one.quantity for one in self.inspections if one.accepted)

    @property
    def rejected(self) -> int:
        """How many units were not taken back."""
        return self.inspected - self.accepted

    @property
    def paid(self) -> Money | None:
        """What was paid for the units of this line."""
        return None if self.basis is None else self.basis.share(0, self.quantity)

    @property
    def refund(self) -> Money | None:
        """What the terms refund for the units taken back so far."""
        if self.basis is None:
            return None
        amounts = [one.amount for one in self.inspections if one.amount is not None]
        return sum_of(amounts, self.basis.paid.currency)

    def terms_for(self, grade: Grade) -> GradeTerms:
        """The terms of a grade; one of which they do not speak is worth nothing."""
        return next((one for one in self.terms if one.grade is grade), GradeTerms(grade, 0))

    def proposal(self, quantity: int, grade: Grade) -> Money | None:
        """What to refund for the next units, of this grade; never more than was paid for them."""
        if self.basis is None:
            return None
        paid = self.basis.share(self.inspected, self.inspected + quantity)
        percent = self.terms_for(grade).refund_percent
        return Money(paid.minor * percent // _WHOLE, paid.currency)
