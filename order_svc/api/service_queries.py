"""What other services ask of orders and customers."""

import asyncio
from typing import Annotated, Final

import strawberry

from order_svc.api.arguments import Id
from order_svc.api.context import Info
from order_svc.api.returnable_types import CustomerContact, ReturnableOrder
from order_svc.domain.customers.customer import customer_id_of
from order_svc.domain.customers.personal import Person
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.orders.order import Order, order_id_of
from retail_kit.roles import SERVICE
from service_kit.graphql.fields import query_field
from service_kit.graphql.global_ids import from_global_id

_MOST_ORDERS: Final = 20


@strawberry.input(one_of=True, description="One order, by its id, its reference or a line of it.")
class OrderForReturnBy:
    """Exactly one of the fields is given."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id of the order."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The reference people use."
    )
    line_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id of an order line."
    )


@strawberry.input(one_of=True, description="A customer, by e-mail address or reference.")
class CustomerForReturnBy:
    """Exactly one of the fields is given."""

    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The e-mail address."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The retailer's own reference."
    )


@strawberry.type
class ServiceQueries:
    """Queries for services alone."""

    @query_field(SERVICE, description="An order as returns see it; null if there is none.")
    async def order_for_return(
        self,
        info: Info,
        by: Annotated[OrderForReturnBy, strawberry.argument(description="Which order.")],
    ) -> ReturnableOrder | None:
        order = await _order(info, by)
        return await _shown(info, order) if order and not order.is_placing else None

    @query_field(
        SERVICE,
        description="The customer's orders with units of the SKU that can be returned, "
        f"the newest first, at most {_MOST_ORDERS}.",
    )
    async def orders_for_return(
        self,
        info: Info,
        by: Annotated[CustomerForReturnBy, strawberry.argument(description="Whose orders.")],
        sku: Annotated[str, strawberry.argument(description="The stock keeping unit.")],
    ) -> list[ReturnableOrder] | None:
        reader = info.context.reader
        if by.email:
            customers = await reader.customers_with_email(by.email)
        else:
            customers = [customer_id_of(by.ref or "")]
        orders = await reader.orders_of(customers, sku, _MOST_ORDERS)
        found = [_shown(info, order) for order in orders if _returnable(order, sku)]
        return await asyncio.gather(*found)

    @query_field(
        SERVICE, description="The orders of some order lines as returns see them, each order once."
    )
    async def orders_of_lines_for_return(
        self,
        info: Info,
        line_ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Global ids of order lines.")
        ],
    ) -> list[ReturnableOrder] | None:
        lines = [from_global_id(each, "OrderLine", ("lineIds",)) for each in line_ids]
        keys = sorted({order_id_of(line) for line in lines})
        orders = await info.context.loaders.orders.load_many(keys)
        found = [_shown(info, order) for order in orders if order and not order.is_placing]
        return await asyncio.gather(*found)

    @query_field(SERVICE, description="How to reach a customer; null if nobody knows them.")
    async def customer_contact(self, info: Info, id: Id) -> CustomerContact | None:
        key = from_global_id(id, "Customer")
        if await info.context.loaders.customers.load(key) is None:
            return None
        return CustomerContact.of(await info.context.loaders.people.load(key) or Person())


async def _order(info: Info, by: OrderForReturnBy) -> Order | None:
    if by.ref:
        return await info.context.reader.order_by_ref(by.ref)
    if by.line_id:
        key = order_id_of(from_global_id(by.line_id, "OrderLine", ("by", "lineId")))
    else:
        key = from_global_id(by.id or "", "Order", ("by", "id"))
    return await info.context.loaders.orders.load(key)


async def _shown(info: Info, order: Order) -> ReturnableOrder:
    destination = await info.context.loaders.destinations.load(order.id)
    return ReturnableOrder.of(order, destination.address.country if destination else None)


def _returnable(order: Order, sku: str) -> bool:
    return any(line.sku == sku and line.quantity_in(SliceState.DELIVERED) for line in order.lines)
