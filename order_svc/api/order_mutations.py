"""Placing and cancelling orders, and feeding what they need."""

from typing import Annotated

import strawberry

from order_svc.api.access import BUYERS, FEEDERS, PREPARERS
from order_svc.api.context import Info
from order_svc.api.inputs import (
    CustomersImportInput,
    OrderCancelInput,
    OrderLineCancelInput,
    OrderLineSourceInput,
    OrderPlaceInput,
    PricesImportInput,
)
from order_svc.api.payloads import (
    CustomersImportPayload,
    OrderCancelPayload,
    OrderLineCancelPayload,
    OrderLineSourcePayload,
    OrderPlacePayload,
    PricesImportPayload,
    answered_line,
    answered_order,
    imported,
    refused,
)
from order_svc.domain.orders.order import order_id_of
from order_svc.use_cases.cancel_order import CancelOrder, cancel_whole_order
from order_svc.use_cases.cancel_order_line import CancelOrderLine, cancel_order_line
from order_svc.use_cases.import_customers import ImportCustomers, import_customers
from order_svc.use_cases.import_prices import ImportPrices, import_prices
from order_svc.use_cases.place_order import PlaceOrder, place_order
from order_svc.use_cases.source_order_line import SourceOrderLine, source_order_line
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request


@strawberry.type
class OrderMutations:
    """Mutations on orders and lines, and the feeds."""

    @mutation_field(
        *FEEDERS,
        description="Import customers, each line for itself.",
        refused=refused(CustomersImportPayload),
    )
    async def customers_import(
        self,
        info: Info,
        input: Annotated[CustomersImportInput, strawberry.argument(description="The feed.")],
    ) -> CustomersImportPayload | None:
        outcome = await import_customers(
            info.context.around,
            ImportCustomers(
                idempotent_request(info, "customersImport", input),
                info.context.caller,
                tuple(line.line() for line in input.lines),
            ),
        )
        return imported(info, CustomersImportPayload, outcome)

    @mutation_field(
        *FEEDERS,
        description="Import prices into the price book, each line for itself.",
        refused=refused(PricesImportPayload),
    )
    async def prices_import(
        self,
        info: Info,
        input: Annotated[PricesImportInput, strawberry.argument(description="The feed.")],
    ) -> PricesImportPayload | None:
        outcome = await import_prices(
            info.context.around,
            ImportPrices(
                idempotent_request(info, "pricesImport", input),
                info.context.caller,
                tuple(line.line(index) for index, line in enumerate(input.lines)),
            ),
        )
        return imported(info, PricesImportPayload, outcome)

    @mutation_field(
        *BUYERS,
        description="Place an order: all its stock and money is set aside, or nothing is ordered.",
        refused=refused(OrderPlacePayload),
    )
    async def order_place(
        self,
        info: Info,
        input: Annotated[OrderPlaceInput, strawberry.argument(description="What to order.")],
    ) -> OrderPlacePayload | None:
        outcome = await place_order(
            info.context.around,
            PlaceOrder(
                request=idempotent_request(info, "orderPlace", input),
                caller=info.context.caller,
                channel=input.channel,
                lines=tuple(line.asked(index) for index, line in enumerate(input.lines)),
                destination=input.delivery.destination(),
                ref=input.ref,
                customer_ref=input.customer_ref,
                payments=tuple(one.asked(index) for index, one in enumerate(input.payments)),
                accept_until=input.accept_until,
                reservations=input.reservations(),
            ),
        )
        return await answered_order(info, OrderPlacePayload, outcome)

    @mutation_field(
        *BUYERS,
        description="Cancel a whole order of which nothing has been shipped.",
        refused=refused(OrderCancelPayload),
    )
    async def order_cancel(
        self,
        info: Info,
        input: Annotated[OrderCancelInput, strawberry.argument(description="Which, and why.")],
    ) -> OrderCancelPayload | None:
        outcome = await cancel_whole_order(
            info.context.around,
            CancelOrder(
                request=idempotent_request(info, "orderCancel", input),
                caller=info.context.caller,
                order_id=from_global_id(input.order_id, "Order", ("input", "orderId")),
                reason=input.reason,
                expected_version=input.expected_version,
            ),
        )
        return await answered_order(info, OrderCancelPayload, outcome)

    @mutation_field(
        *BUYERS,
        description="Cancel units of a line that have not been shipped.",
        refused=refused(OrderLineCancelPayload),
    )
    async def order_line_cancel(
        self,
        info: Info,
        input: Annotated[OrderLineCancelInput, strawberry.argument(description="Which, and why.")],
    ) -> OrderLineCancelPayload | None:
        line_id = from_global_id(input.line_id, "OrderLine", ("input", "lineId"))
        outcome = await cancel_order_line(
            info.context.around,
            CancelOrderLine(
                request=idempotent_request(info, "orderLineCancel", input),
                caller=info.context.caller,
                order_id=order_id_of(line_id),
                line_id=line_id,
                reason=input.reason,
                quantity=input.quantity,
                expected_version=input.expected_version,
            ),
        )
        return await answered_line(info, OrderLineCancelPayload, outcome, line_id)

    @mutation_field(
        *PREPARERS,
        description="Look for stock again for what is back-ordered or could not be filled.",
        refused=refused(OrderLineSourcePayload),
    )
    async def order_line_source(
        self,
        info: Info,
        input: Annotated[OrderLineSourceInput, strawberry.argument(description="Which line.")],
    ) -> OrderLineSourcePayload | None:
        line_id = from_global_id(input.line_id, "OrderLine", ("input", "lineId"))
        outcome = await source_order_line(
            info.context.around,
            SourceOrderLine(
                request=idempotent_request(info, "orderLineSource", input),
                caller=info.context.caller,
                order_id=order_id_of(line_id),
                line_id=line_id,
                expected_version=input.expected_version,
            ),
        )
        return await answered_line(info, OrderLineSourcePayload, outcome, line_id)
