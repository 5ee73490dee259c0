"""What clients give of stock: feeds, movements, goods that come back."""

from datetime import datetime

import strawberry

from inventory_svc.api.enums import (
    STOCK_ADJUST_REASON,
    STOCK_CONDITION_INPUT,
    UNIT_OF_MEASURE_INPUT,
)
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import (
    FeedMode,
    RestockedLine,
)
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.use_cases.feeds.feed_lines import StockLine
from retail_kit.quantities import Unit
from service_kit.graphql.enums import optional
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES
from service_kit.graphql.line_inputs import line_input

CONDITION = "The state of the goods."
UNIT = "What the quantity counts: refused unless it is the item's unit, which it is if not given."


@line_input
@strawberry.input(description="One line of a stock feed.")
class StockImportLineInput:
    """Units of an item at a location."""

    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units, as `mode` says.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=CONDITION
    )
    snapshot_at: datetime | None = strawberry.field(
        default=None, description="When a snapshot was counted; now if not given."
    )
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )

    def to_line(self) -> StockLine:
        """Give the line as it was sent, unchecked."""
        return StockLine(
            self.sku,
            self.location_code,
            self.quantity,
            self.condition,
            self.snapshot_at,
            self.unit,
        )


@strawberry.input(description="A stock feed.")
class StockImportInput:
    """Up to 1,000 lines, each for itself."""

    idempotency_key: str = strawberry.field(description=KEY)
    mode: FeedMode = strawberry.field(description="What the quantities mean.")
    lines: list[StockImportLineInput] = strawberry.field(description=LINES)
    source: str | None = strawberry.field(
        default=None,
        description="The code of the source that tells; its locations are fresh from then on, and "
        "it may not speak of others.",
    )


@strawberry.input(description="Goods that moved in or out of one position.")
class StockAdjustInput:
    """One movement of the ledger."""

    idempotency_key: str = strawberry.field(description=KEY)
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=CONDITION
    )
    quantity: int = strawberry.field(description="Units that came in, or went out when negative.")
    reason: AdjustmentReason = strawberry.field(
        graphql_type=STOCK_ADJUST_REASON, description="Why."
    )
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse when the position has another version."
    )
    reservation_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The reservation that keeps what is sold: it ends by as many units as it keeps "
        "here, and what is sold beyond that is anybody's. Only with a `SALE`.",
    )


@strawberry.input(description="Units of a return that can be sold again.")
class RestockedLineInput:
    """What, where and in which state."""

    line_id: str = strawberry.field(description="The line of the return, as returns call it.")
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units, from 1.")
    condition: Condition = strawberry.field(
        default=Condition.NEW,
        graphql_type=STOCK_CONDITION_INPUT,
        description="The state of the goods.",
    )

    def line(self) -> RestockedLine:
        """The line as the stock knows it."""
        position = PositionKey(self.sku, self.location_code, self.condition)
        return RestockedLine(self.line_id, position, self.quantity)


@strawberry.input(description="Units that customers gave back.")
class StockRestockInput:
    """On hand goes up, for all the lines or none."""

    idempotency_key: str = strawberry.field(description=KEY)
    return_id: str = strawberry.field(description="The return, as returns call it.")
    lines: list[RestockedLineInput] = strawberry.field(description="What can be sold again.")
