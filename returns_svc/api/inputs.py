"""What the mutations about returns are given."""

import strawberry

from returns_svc.api.enums import (
    GRADE_INPUT,
    REJECT_REASON_INPUT,
    RETURN_CHANNEL_INPUT,
    RETURN_REASON_INPUT,
    ReturnScan,
)
from returns_svc.domain.policies.eligibility import Claim
from returns_svc.domain.policies.policy import Grade, ReturnReason
from returns_svc.domain.requests.inspecting import Finding
from returns_svc.domain.requests.line import RejectReason
from returns_svc.domain.requests.return_request import ReturnChannel
from returns_svc.ports import CustomerBy, OrderBy
from returns_svc.use_cases.declare_return import BlindItem
from service_kit.commands.denials import invalid
from service_kit.graphql.enums import optional
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import KEY

_RETURN = "The global id of the return."
_EXPECTED = "Refuse with VERSION_CONFLICT unless this is the return's version."
_CARRIER = "Who carries the parcel."
_TRACKING = "The carrier's number for it."


@strawberry.input(description="Units of an order line to give back.")
class ReturnDeclareLineInput:
    """A line, a number of its units, and why."""

    line_id: strawberry.ID = strawberry.field(description="The global id of the order line.")
    quantity: int = strawberry.field(description="How many units, from 1.")
    reason: ReturnReason = strawberry.field(
        graphql_type=RETURN_REASON_INPUT, description="Why they are given back."
    )

    def claim(self, index: int) -> Claim:
        """The line as the rules know it."""
        path = ("input", "lines", str(index), "lineId")
        return Claim(from_global_id(self.line_id, "OrderLine", path), self.quantity, self.reason)


@strawberry.input(
    one_of=True, description="The order, by id or reference; without it that of the first line."
)
class ReturnOrderBy:
    """Exactly one of the fields is given."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The reference people use."
    )

    def order(self) -> OrderBy:
        """The order as the use-cases know it."""
        if self.id:
            return OrderBy(id=from_global_id(self.id, "Order", ("input", "order", "id")))
        return OrderBy(ref=self.ref or "")


@strawberry.input(one_of=True, description="A customer, by e-mail address or reference.")
class ReturnCustomerBy:
    """Exactly one of the fields is given; an address is not kept."""

    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The e-mail address."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The retailer's own reference."
    )

    def customer(self) -> CustomerBy:
        """The customer as the use-cases know them."""
        return CustomerBy(email=self.email or None, ref=self.ref or None)


@strawberry.input(description="Goods that a customer brings without saying from which order.")
class ReturnBlindInput:
    """The newest order with such units that can be given back is found, or nobody's."""

    sku: str = strawberry.field(description="The stock keeping unit.")
    customer: ReturnCustomerBy = strawberry.field(description="Who brings them.")
    reason: ReturnReason = strawberry.field(
        graphql_type=RETURN_REASON_INPUT, description="Why they are given back."
    )
    quantity: int = strawberry.field(default=1, description="How many units, from 1.")

    def item(self) -> BlindItem:
        """The goods as the use-cases know them."""
        return BlindItem(self.sku, self.quantity, self.reason, self.customer.customer())


@strawberry.input(description="What is given back, and where it was declared.")
class ReturnDeclareInput:
    """Lines of one order, or blind goods."""

    idempotency_key: str = strawberry.field(description=KEY)
    channel: ReturnChannel = strawberry.field(
        graphql_type=RETURN_CHANNEL_INPUT,
        description="Where it is declared; in a STORE the goods are received in the same step.",
    )
    order: ReturnOrderBy | None = strawberry.field(
        default=None, description="The order; not needed to find lines by their ids."
    )
    lines: list[ReturnDeclareLineInput] = strawberry.field(
        default_factory=list, description="What of the order."
    )
    blind: ReturnBlindInput | None = strawberry.field(
        default=None, description="Instead of lines: goods of which nobody knows the order."
    )
    location_code: str | None = strawberry.field(
        default=None, description="Where the goods are, in a STORE; else where they are to come."
    )

    def claims(self) -> tuple[Claim, ...]:
        """The lines as the rules know them."""
        if (self.blind is None) == (not self.lines):
            raise invalid("Name lines, or blind goods.", "input", "lines")
        return tuple(line.claim(index) for index, line in enumerate(self.lines))


@strawberry.input
class _ReturnInput:
    """Which return."""

    idempotency_key: str = strawberry.field(description=KEY)
    return_id: strawberry.ID = strawberry.field(description=_RETURN)

    def key(self) -> str:
        """The key of the return."""
        return from_global_id(self.return_id, "ReturnRequest", ("input", "returnId"))


@strawberry.input(description="What a carrier tells of the goods on their way here.")
class ReturnTrackInput(_ReturnInput):
    """A scan; one that comes late changes nothing."""

    scan: ReturnScan = strawberry.field(description="What happened.")
    carrier: str | None = strawberry.field(default=None, description=_CARRIER)
    tracking_number: str | None = strawberry.field(default=None, description=_TRACKING)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Goods that have arrived.")
class ReturnReceiveInput(_ReturnInput):
    """Where they are."""

    location_code: str = strawberry.field(description="The code of the location.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Units that somebody has looked at.")
class ReturnUnitsInput:
    """Units of one line in one state; with a reason they are not taken back."""

    return_line_id: strawberry.ID = strawberry.field(
        description="The global id of the line of the return."
    )
    quantity: int = strawberry.field(description="How many units, from 1.")
    grade: Grade = strawberry.field(graphql_type=GRADE_INPUT, description="Their state.")
    reject: RejectReason | None = strawberry.field(
        default=None,
        graphql_type=optional(REJECT_REASON_INPUT),
        description="Why they are not taken back; not given if they are.",
    )

    def finding(self, index: int) -> Finding:
        """The units as the rules know them."""
        path = ("input", "units", str(index), "returnLineId")
        line_id = from_global_id(self.return_line_id, "ReturnLine", path)
        return Finding(line_id, self.quantity, self.grade, self.reject)


@strawberry.input(description="What was found of goods that came back.")
class ReturnInspectInput(_ReturnInput):
    """Some or all of the units."""

    units: list[ReturnUnitsInput] = strawberry.field(description="The units.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Rejected goods that go back to the customer.")
class ReturnSendBackInput(_ReturnInput):
    """Who carries them."""

    carrier: str | None = strawberry.field(default=None, description=_CARRIER)
    tracking_number: str | None = strawberry.field(default=None, description=_TRACKING)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Rejected goods that the customer does not want back.")
class ReturnAbandonInput(_ReturnInput):
    """Which return."""

    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Goods that the customer keeps after all.")
class ReturnCancelInput(_ReturnInput):
    """Which return."""

    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="A return of which nothing is left to do.")
class ReturnCloseInput(_ReturnInput):
    """Which return."""

    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)
