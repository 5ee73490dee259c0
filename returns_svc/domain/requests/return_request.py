"""A return request: what comes back, from whom, how far it has come, what is given back."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from retail_kit.money import Money, sum_of
from returns_svc.domain.lifecycles.return_state import ReturnState, step
from returns_svc.domain.policies.policy import Goods, Place
from returns_svc.domain.requests.line import ReturnLine


class ReturnChannel(StrEnum):
    """Where a return was declared; the life after it is the same."""

    ONLINE = "ONLINE"
    STORE = "STORE"
    WAREHOUSE = "WAREHOUSE"
    CUSTOMER_SERVICE = "CUSTOMER_SERVICE"


class RefundState(StrEnum):
    """How far the money of one decision is."""

    PROPOSED = "PROPOSED"
    SUBMITTED = "SUBMITTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ELSEWHERE = "ELSEWHERE"


REFUND_ENDED: Final = frozenset({RefundState.SUCCEEDED, RefundState.FAILED, RefundState.ELSEWHERE})
"""States that nothing follows: the order was paid elsewhere, or its tenders have answered."""


@dataclass(frozen=True, slots=True)
class SoldIn:
    """The order that the goods are from; `paid_here` is whether its payments are known here."""

    id: str
    ref: str
    channel: str
    currency: str
    country: str | None
    paid_here: bool


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What is given back for some units of one line."""

    line_id: str
    order_line_id: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Refund:
    """One decision to give money back; orders moves it under this id."""

    id: str
    lines: tuple[RefundLine, ...]
    state: RefundState = RefundState.PROPOSED

    def amount(self, currency: str) -> Money:
        """All of it."""
        return sum_of([line.amount for line in self.lines], currency)


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """The return came to a state: when, by whom, and where if that is known."""

    state: ReturnState
    at: datetime
    actor: str
    location_code: str | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """Who carries a parcel, and the carrier's number for it."""

    carrier: str | None = None
    tracking_number: str | None = None


NO_SHIPMENT: Final = Shipment()


@dataclass(frozen=True, slots=True)
class Return:
    """A return request; without an order it is unmatched."""

    id: str
    rma: str
    channel: ReturnChannel
    state: ReturnState
    lines: tuple[ReturnLine, ...]
    declared_at: datetime
    expires_at: datetime
    journey: tuple[JourneyStep, ...]
    order: SoldIn | None = None
    customer_id: str | None = None
    customer_ref: str | None = None
    expected_at: str | None = None
    place: Place | None = None
    label: str | None = None
    shipment: Shipment | None = None
    sent_back: Shipment | None = None
    refunds: tuple[Refund, ...] = ()
    version: int = 0

    @property
    def location_codes(self) -> frozenset[str]:
        """The locations that have to do with it."""
        codes = {self.expected_at, self.place.code if self.place else None}
        return frozenset(code for code in codes if code is not None)

    @property
    def refund_pending(self) -> bool:
        """Whether money is still to be moved."""
        return any(one.state not in REFUND_ENDED for one in self.refunds)

    @property
    def refunded(self) -> Money | None:
        """What was given back; None if nobody knows the order."""
        if self.order is None:
            return None
        currency = self.order.currency
        done = [one for one in self.refunds if one.state is RefundState.SUCCEEDED]
        return sum_of([one.amount(currency) for one in done], currency)

    def line(self, line_id: str) -> ReturnLine | None:
        """The line of that id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def refund(self, refund_id: str) -> Refund | None:
        """The refund of that id."""
        return next((one for one in self.refunds if one.id == refund_id), None)

    def goods(self, line: ReturnLine) -> Goods:
        """What the policies need to know of a line."""
        order = self.order
        return Goods(
            line.sku,
            line.category,
            order.channel if order else "",
            order.country if order else None,
        )

    def stepped(
        self, state: ReturnState, at: datetime, actor: str, location_code: str | None = None
    ) -> Self:
        """The return in the next state, with the step noted; an illegal one raises."""
        noted = JourneyStep(step(self.state, state), at, actor, location_code)
        return replace(self, state=state, journey=(*self.journey, noted))

    def with_line(self, line: ReturnLine) -> Self:
        """The return with a line in place of the one of its id."""
        lines = tuple(line if one.id == line.id else one for one in self.lines)
        return replace(self, lines=lines)

    def with_refund(self, refund: Refund) -> Self:
        """The return with a refund added, or in place of the one of its id."""
        if self.refund(refund.id) is None:
            return replace(self, refunds=(*self.refunds, refund))
        refunds = tuple(refund if one.id == refund.id else one for one in self.refunds)
        return replace(self, refunds=refunds)


def return_id_of(line_id: str) -> str:
    """The return to which a line belongs."""
    return line_id.rpartition(".l")[0]
