"""What can be asked of orders."""

from typing import Annotated, TypeAlias

import strawberry

from order_svc.api.access import BACK_OFFICE, READERS
from order_svc.api.arguments import Id, States
from order_svc.api.context import Info
from order_svc.api.enums import ORDER_STATUS_INPUT
from order_svc.api.listing import fulfilment_page, order_page
from order_svc.api.types import Customer, Fulfilment, Order
from order_svc.api.visible import visible_customer, visible_order
from order_svc.domain.customers.customer import customer_id_of
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.orders.order import order_id_of
from order_svc.domain.rights.visibility import may_see
from order_svc.ports import FulfilmentFilter
from order_svc.ports import OrderFilter as Wanted
from service_kit.graphql.connections import After, Connection, First
from service_kit.graphql.enums import optional_list
from service_kit.graphql.fields import query_field
from service_kit.graphql.global_ids import from_global_id


@strawberry.input(one_of=True, description="One order, by its global id or by its reference.")
class OrderBy:
    """Exactly one of the fields is given."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The reference people use."
    )


@strawberry.input(one_of=True, description="One customer, by global id or by reference.")
class CustomerBy:
    """Exactly one of the fields is given."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The retailer's own reference."
    )


@strawberry.input(description="Which orders to list; what is not given does not restrict.")
class OrderFilter:
    """All conditions together."""

    channel: str | None = strawberry.field(default=None, description="The code of the channel.")
    customer_ref: str | None = strawberry.field(
        default=None, description="The customer's reference."
    )
    status: list[OrderStatus] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(ORDER_STATUS_INPUT),
        description="One of these statuses.",
    )
    location_code: str | None = strawberry.field(
        default=None, description="The code of a location that has, or had, a part in the order."
    )
    at_risk: bool | None = strawberry.field(
        default=None, description="If true, those alone of which goods come later than accepted."
    )


ByOrder: TypeAlias = Annotated[OrderBy, strawberry.argument(description="Which order.")]
ByCustomer: TypeAlias = Annotated[CustomerBy, strawberry.argument(description="Which customer.")]
Filter: TypeAlias = Annotated[
    OrderFilter | None, strawberry.argument(description="Which orders; all if not given.")
]
LocationCode: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The code of one location; all if not given.")
]


@strawberry.type
class OrderQueries:
    """Queries about orders, fulfilments and customers."""

    @query_field(*READERS, description="An order; null if there is none that the caller may see.")
    async def order(self, info: Info, by: ByOrder) -> Order | None:
        if by.id:
            order = await visible_order(info, from_global_id(by.id, "Order", ("by", "id")))
        else:
            order = await info.context.reader.order_by_ref(by.ref or "")
            if order is not None and not may_see(info.context.caller, order):
                order = None
        return Order.of(order) if order else None

    @query_field(
        *READERS,
        description="The orders of all channels that the caller may see, the newest first.",
    )
    async def orders(
        self,
        info: Info,
        filter: Filter = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Order] | None:
        given = filter or OrderFilter()
        wanted = Wanted(
            channel=given.channel,
            customer_ref=given.customer_ref,
            statuses=frozenset(given.status or ()),
            location_code=given.location_code,
            at_risk=given.at_risk is True,
        )
        return await order_page(info, wanted, Order.of, first=first, after=after)

    @query_field(
        *BACK_OFFICE, description="A fulfilment; null if there is none that the caller may see."
    )
    async def fulfilment(self, info: Info, id: Id) -> Fulfilment | None:
        key = from_global_id(id, "Fulfilment")
        order = await visible_order(info, order_id_of(key))
        found = order.fulfilment(key) if order else None
        return Fulfilment.of(found, order) if found and order else None

    @query_field(*BACK_OFFICE, description="What locations prepare, the oldest first.")
    async def fulfilments(
        self,
        info: Info,
        location_code: LocationCode = None,
        states: States = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Fulfilment] | None:
        wanted = FulfilmentFilter(location_code=location_code, states=frozenset(states or ()))
        return await fulfilment_page(info, wanted, Fulfilment.of, first=first, after=after)

    @query_field(*READERS, description="A customer; null if there is none that the caller may see.")
    async def customer(self, info: Info, by: ByCustomer) -> Customer | None:
        key = (
            from_global_id(by.id, "Customer", ("by", "id"))
            if by.id
            else customer_id_of(by.ref or "")
        )
        found = await visible_customer(info, key)
        return Customer.of(found) if found else None
