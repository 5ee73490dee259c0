"""Feeding the stock, moving it, and putting back what came back."""

from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import FEEDERS, STOCK_KEEPERS
from inventory_svc.api.context import Info
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.position_answers import position_answer
from inventory_svc.api.service_requests import asked_by_service
from inventory_svc.api.stock_inputs import StockAdjustInput, StockImportInput, StockRestockInput
from inventory_svc.use_cases.stock.adjust_stock import Adjustment, adjust_stock
from inventory_svc.use_cases.stock.import_stock import StockFeed, import_stock
from inventory_svc.use_cases.stock.position_checks import NamedPosition
from inventory_svc.use_cases.stock.restock_return import restock_return
from retail_kit.roles import SERVICE
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request
from service_kit.graphql.payloads import user_errors_of

RESERVATION_PATH = ("input", "reservationId")


@strawberry.type
class StockMutations:
    """What can be changed of the stock itself."""

    @mutation_field(
        *FEEDERS,
        description="Feed the stock with snapshots or deltas, each line for itself.",
        refused=payloads.refused(payloads.StockImportPayload),
    )
    async def stock_import(
        self,
        info: Info,
        input: Annotated[StockImportInput, strawberry.argument(description="The feed.")],
    ) -> payloads.StockImportPayload | None:
        """Write the good lines and tell the fate of all."""
        context, inventory = info.context, info.context.inventory
        feed = StockFeed(
            idempotent_request(info, "stockImport", input),
            context.caller.subject,
            input.mode,
            [line.to_line() for line in input.lines],
            input.source,
        )
        results = await import_stock(
            feed,
            inventory.catalogue,
            inventory.network,
            inventory.commits,
            inventory.freshness,
            context.clock,
        )
        answer = payloads.imported(payloads.StockImportPayload, results)
        answer.feed_id = strawberry.ID(feed.name)
        return answer

    @mutation_field(
        *STOCK_KEEPERS,
        description="Move goods in or out of one position.",
        refused=payloads.refused(payloads.StockAdjustPayload),
    )
    async def stock_adjust(
        self,
        info: Info,
        input: Annotated[StockAdjustInput, strawberry.argument(description="What has moved.")],
    ) -> payloads.StockAdjustPayload | None:
        """Write one movement; an assistant only where they work."""
        inventory = info.context.inventory
        adjustment = Adjustment(
            NamedPosition(input.sku, input.location_code, input.condition, input.unit),
            input.quantity,
            input.reason,
            input.expected_version,
            None
            if input.reservation_id is None
            else from_global_id(input.reservation_id, "Reservation", RESERVATION_PATH),
        )
        decided = await adjust_stock(
            idempotent_request(info, "stockAdjust", input),
            info.context.caller,
            adjustment,
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return await position_answer(info, payloads.StockAdjustPayload, decided)

    @mutation_field(
        SERVICE,
        description="Put units that customers gave back on the shelves; for services only.",
        refused=payloads.refused(payloads.StockRestockPayload),
    )
    async def stock_restock(
        self,
        info: Info,
        input: Annotated[
            StockRestockInput,
            strawberry.argument(description="What can be sold again."),
        ],
    ) -> payloads.StockRestockPayload | None:
        """Write a movement for each line, or none."""
        inventory = info.context.inventory
        decided = await restock_return(
            asked_by_service(info, "stockRestock", input),
            info.context.caller,
            input.return_id,
            tuple(line.line() for line in input.lines),
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return payloads.StockRestockPayload(user_errors=user_errors_of(ErrorCode, decided.outcome))
