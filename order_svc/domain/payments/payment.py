"""A payment: one tender of an order, and everything that the provider is asked to do with it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from order_svc.domain.lifecycles.payment_state import PaymentState, folded_state
from retail_kit.money import Money, sum_of


class PaymentMethod(StrEnum):
    """What somebody pays with."""

    CARD = "CARD"
    VOUCHER = "VOUCHER"
    CASH = "CASH"


class OperationKind(StrEnum):
    """What a provider can be asked to do."""

    AUTHORISE = "AUTHORISE"
    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    VOID = "VOID"


class OperationState(StrEnum):
    """What is known of the provider's answer."""

    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


MOST_ATTEMPTS: Final = 3
"""How often a refund that the provider refuses is tried, each time under a new key."""

PLANNED: Final = (OperationState.REQUESTED, OperationState.SUCCEEDED)
"""The states of what has happened or is still expected to."""


@dataclass(frozen=True, slots=True)
class LineAmount:
    """The part of an amount that concerns one line."""

    line_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider has said; `reason` is its word for a no."""

    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing asked of the provider; `at` is when it answered.

    A capture and a refund are divided among lines, so that each line knows what was paid for it.
    """

    key: str
    kind: OperationKind
    amount: Money
    state: OperationState = OperationState.REQUESTED
    shares: tuple[LineAmount, ...] = ()
    refund_id: str | None = None
    attempt: int = 1
    at: datetime | None = None

    @property
    def provider_key(self) -> str:
        """The key under which the provider does it once."""
        return self.key if self.attempt == 1 else f"{self.key}.a{self.attempt}"


@dataclass(frozen=True, slots=True)
class Payment:
    """One tender; `token` is the provider's word for a means of payment, never the means itself."""

    id: str
    method: PaymentMethod
    token: str
    amount: Money
    operations: tuple[Operation, ...]
    version: int = 0

    @property
    def authorisation(self) -> Operation:
        """The operation that all others refer to."""
        return self.operations[0]

    @property
    def authorised(self) -> Money:
        """What may be captured in all."""
        return self.sum_of(OperationKind.AUTHORISE)

    @property
    def captured(self) -> Money:
        """What was taken."""
        return self.sum_of(OperationKind.CAPTURE)

    @property
    def refunded(self) -> Money:
        """What was given back."""
        return self.sum_of(OperationKind.REFUND)

    @property
    def voided(self) -> Money:
        """What will never be taken."""
        return self.sum_of(OperationKind.VOID)

    @property
    def capturable(self) -> Money:
        """What can still be asked for; nothing once a capture was refused."""
        if self.has_failed(OperationKind.CAPTURE):
            return Money.zero(self.amount.currency)
        return self.left

    @property
    def left(self) -> Money:
        """What is authorised and neither taken nor given up."""
        asked = self.sum_of(OperationKind.CAPTURE, *PLANNED)
        return self.authorised - asked - self.sum_of(OperationKind.VOID, *PLANNED)

    @property
    def refundable(self) -> Money:
        """What was taken and is not given back, nor about to be."""
        left = self.captured - self.sum_of(OperationKind.REFUND, *PLANNED)
        return Money(max(0, left.minor), left.currency)

    @property
    def state(self) -> PaymentState:
        """What the payment is at."""
        failed = self.has_failed(OperationKind.CAPTURE)
        return folded_state(self.authorised, self.captured, self.voided, failed=failed)

    def sum_of(
        self, kind: OperationKind, *states: OperationState, line_id: str | None = None
    ) -> Money:
        """Add up the operations in these states, by default those done; or one line's shares."""
        wanted = states or (OperationState.SUCCEEDED,)
        found = [one for one in self.operations if one.kind is kind and one.state in wanted]
        if line_id is None:
            return sum_of([one.amount for one in found], self.amount.currency)
        shares = (share for one in found for share in one.shares)
        of_line = [share.amount for share in shares if share.line_id == line_id]
        return sum_of(of_line, self.amount.currency)

    def has_failed(self, kind: OperationKind) -> bool:
        """Whether the provider has refused such an operation for good."""
        return any(
            one.kind is kind and one.state is OperationState.FAILED for one in self.operations
        )

    def asked(
        self,
        kind: OperationKind,
        amount: Money,
        shares: tuple[LineAmount, ...] = (),
        refund_id: str | None = None,
    ) -> "Payment":
        """The same payment with one more operation."""
        key = f"{self.id}.o{len(self.operations) + 1}"
        asked = Operation(key, kind, amount, shares=shares, refund_id=refund_id)
        return replace(self, operations=(*self.operations, asked))

    def with_operation(self, changed: Operation) -> "Payment":
        """The same payment with one operation replaced."""
        operations = tuple(changed if one.key == changed.key else one for one in self.operations)
        return replace(self, operations=operations)


def a_payment(payment_id: str, method: PaymentMethod, token: str, amount: Money) -> Payment:
    """A payment whose authorisation is about to be asked for."""
    authorisation = Operation(f"{payment_id}.o1", OperationKind.AUTHORISE, amount)
    return Payment(payment_id, method, token, amount, (authorisation,))
