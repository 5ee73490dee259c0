"""What clients say of supply that is on its way, and the domain's words for it."""

from datetime import datetime

import strawberry

from inventory_svc.api.enums import (
    INBOUND_KIND_INPUT,
    STOCK_CONDITION_INPUT,
    UNIT_OF_MEASURE_INPUT,
)
from inventory_svc.api.stock_inputs import UNIT
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.domain.stock.inbound.supply import InboundKind, SaleWindow
from inventory_svc.use_cases.inbound.announce import SentSupply
from inventory_svc.use_cases.inbound.receive import SentReceipt
from retail_kit.quantities import Unit
from service_kit.graphql.enums import optional
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES
from service_kit.graphql.line_inputs import line_input

_CONDITION = "The state of the goods."
_LINE = "The line of that paper."


@strawberry.input(description="A supplier as it is imported.")
class SuppliersImportLineInput:
    """Replaces the supplier of the same code."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    delay_days: int = strawberry.field(
        default=0,
        description="How late its goods usually are: added to every date that is announced for "
        "them from now on.",
    )

    def to_supplier(self) -> Supplier:
        """Give the supplier as it was sent, unchecked."""
        return Supplier(self.code, self.name, self.delay_days)


@strawberry.input(description="Suppliers to import.")
class SuppliersImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[SuppliersImportLineInput] = strawberry.field(description=LINES)


@line_input
@strawberry.input(description="Units of an item that are on order or in transit to a location.")
class InboundImportLineInput:
    """Replaces what the same line of the same paper announced for the item and location."""

    kind: InboundKind = strawberry.field(
        graphql_type=INBOUND_KIND_INPUT, description="What announces them."
    )
    reference: str = strawberry.field(description="The number of the paper that announces them.")
    line: str = strawberry.field(default="1", description=_LINE)
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(
        description="Where they go. What was told for another location stays until it is cancelled "
        "there."
    )
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=_CONDITION
    )
    quantity: int = strawberry.field(
        description="Units in all, those that have come already included."
    )
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )
    expected_at: datetime = strawberry.field(description="When they are expected.")
    ship_before: datetime | None = strawberry.field(
        default=None,
        description="The date before which they have to leave again; from then on nothing of them "
        "is promised. It is after the date at which they are there.",
    )
    supplier_code: str | None = strawberry.field(
        default=None, description="Who sends them; the usual delay is added to the date."
    )
    from_location_code: str | None = strawberry.field(
        default=None, description="Where a transfer comes from."
    )
    cancelled: bool = strawberry.field(
        default=False, description="Whether nothing more of it will come."
    )

    def to_supply(self) -> SentSupply:
        """Give the line as it was sent, unchecked."""
        return SentSupply(
            self.kind,
            self.reference,
            self.line,
            self.sku,
            self.location_code,
            self.quantity,
            self.expected_at,
            self.condition,
            self.supplier_code,
            self.from_location_code,
            cancelled=self.cancelled,
            ship_before=self.ship_before,
            unit=self.unit,
        )


@strawberry.input(description="Supply that is on its way.")
class InboundImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[InboundImportLineInput] = strawberry.field(description=LINES)


@line_input
@strawberry.input(description="How many units may be sold before anything is on order.")
class PreorderQuotasImportLineInput:
    """Replaces the quota of the same code for the item and location."""

    code: str = strawberry.field(description="The retailer's own code.")
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="Where the goods will come to.")
    quantity: int = strawberry.field(description="Units that may be sold in all.")
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )
    opens_at: datetime = strawberry.field(description="From when they are sold.")
    closes_at: datetime = strawberry.field(
        description="Until when: from this moment on none are, whatever is left."
    )
    available_from: datetime = strawberry.field(description="The date that buyers are promised.")
    channel: str | None = strawberry.field(
        default=None, description="Sell on this channel only; none means every channel."
    )
    cancelled: bool = strawberry.field(
        default=False, description="Whether those who bought get nothing from it any more."
    )

    def to_supply(self) -> SentSupply:
        """Give the line as it was sent, unchecked."""
        return SentSupply(
            InboundKind.PREORDER,
            self.code,
            "1",
            self.sku,
            self.location_code,
            self.quantity,
            self.available_from,
            window=SaleWindow(self.opens_at, self.closes_at, self.channel),
            cancelled=self.cancelled,
            unit=self.unit,
        )


@strawberry.input(description="Quotas of preorders.")
class PreorderQuotasImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[PreorderQuotasImportLineInput] = strawberry.field(description=LINES)


@line_input
@strawberry.input(description="Units of a supply that have come.")
class InboundReceiveLineInput:
    """They go on the shelves, and to those who wait for them."""

    kind: InboundKind = strawberry.field(
        graphql_type=INBOUND_KIND_INPUT, description="What announced them."
    )
    reference: str = strawberry.field(description="The number of the paper that announced them.")
    line: str = strawberry.field(default="1", description=_LINE)
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="Where they have come to.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=_CONDITION
    )
    quantity: int = strawberry.field(
        description="Units that have come; more than were announced are taken in too."
    )
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )
    closes: bool = strawberry.field(
        default=False, description="Whether nothing more of it will come."
    )

    def to_receipt(self) -> SentReceipt:
        """Give the line as it was sent, unchecked."""
        return SentReceipt(
            self.kind,
            self.reference,
            self.line,
            self.sku,
            self.location_code,
            self.quantity,
            self.condition,
            self.closes,
            self.unit,
        )


@strawberry.input(description="Goods that have come.")
class InboundReceiveInput:
    """Up to 1,000 lines, each for itself."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[InboundReceiveLineInput] = strawberry.field(description=LINES)
