"""What can be listened to: the log of orders, for those whom each event concerns."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry

from order_svc.api.access import BACK_OFFICE, READERS
from order_svc.api.context import Info, OrderContext
from order_svc.api.live_types import FulfilmentQueueChange, OrderLineStatusChange, OrderUpdate
from order_svc.domain.history import sections
from order_svc.domain.rights.visibility import GRANTS_THAT_COUNT, SEES_EVERYTHING
from service_kit.graphql.event_flow import SNAPSHOT, EventFlow, LiveItem, Wanted, named_by
from service_kit.graphql.event_source import (
    EventItem,
    EventSharing,
    EventSource,
    HeartbeatSeconds,
    Since,
    Snapshot,
    event_field,
    shown,
)
from service_kit.graphql.global_ids import from_global_id
from service_kit.messaging.envelope import EntityRef

STREAM: Final = "order_svc"
ItemT = TypeVar("ItemT", bound=EventItem)

OrderId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this order (global id).")
]
CustomerId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of this customer's orders (global id)."),
]
ChannelCode: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only of orders on this channel (code).")
]
LocationId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of units that are, or were, there (global id)."),
]
QueueLocationId: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="The location (global id).")
]


def _source(*match: str) -> EventSource:
    return EventSource(
        stream=STREAM,
        match=list(match),
        unrestricted=list(SEES_EVERYTHING),
        grants=list(GRANTS_THAT_COUNT),
        share=EventSharing.RIGHTS,
    )


async def _items(kind: type[ItemT], info: Info, wanted: Wanted) -> AsyncGenerator[ItemT, None]:
    context = info.context
    flow = EventFlow(context.log, wanted, context.caller, context.clock)
    async with aclosing(flow.items()) as items:
        async for item in items:
            context.forget()
            yield shown(kind, item)
            if item.delivery == SNAPSHOT:
                _note_shown(flow, context, item)


def _note_shown(flow: EventFlow, context: OrderContext, item: LiveItem) -> None:
    """Tell which version of the order the client was shown, if it asked for the order."""
    named = item.payload.get("order")
    order = context.order_read(from_global_id(named["id"], "Order")) if named else None
    if order is not None:
        flow.shown(EntityRef("Order", order.id), order.version)


@strawberry.type(description="What can be listened to.")
class Subscription:
    """The root of listening."""

    @event_field(
        *READERS,
        source=_source("orderId", "customerId", "channel"),
        description="Changes of orders: status, amounts, progress. Name an order, a customer or a"
        " channel unless you see all orders.",
    )
    async def order_updated(
        self,
        info: Info,
        order_id: OrderId = None,
        customer_id: CustomerId = None,
        channel: ChannelCode = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[OrderUpdate, None]:
        wanted = Wanted(
            topic=sections.ORDER_UPDATED,
            filters={"orderId": order_id, "customerId": customer_id, "channel": channel},
            unrestricted=SEES_EVERYTHING,
            grants=GRANTS_THAT_COUNT,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            named=named_by(order=order_id, customer=customer_id),
            id_types={"orderId": "Order", "customerId": "Customer"},
        )
        async with aclosing(_items(OrderUpdate, info, wanted)) as items:
            async for item in items:
                yield item

    @event_field(
        *READERS,
        source=_source("orderId", "locationId"),
        description="Units of order lines that change their state. Name an order or a location"
        " unless you see all orders.",
    )
    async def order_line_status_changed(
        self,
        info: Info,
        order_id: OrderId = None,
        location_id: LocationId = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[OrderLineStatusChange, None]:
        wanted = Wanted(
            topic=sections.ORDER_LINE_STATUS_CHANGED,
            filters={"orderId": order_id, "locationId": location_id},
            unrestricted=SEES_EVERYTHING,
            grants=GRANTS_THAT_COUNT,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            named=named_by(order=order_id),
            id_types={"orderId": "Order", "locationId": "Location"},
        )
        async with aclosing(_items(OrderLineStatusChange, info, wanted)) as items:
            async for item in items:
                yield item

    @event_field(
        *BACK_OFFICE,
        source=_source("locationId"),
        description="What a location has to prepare: new fulfilments, changed ones, ended ones.",
    )
    async def fulfilment_queue_changed(
        self,
        info: Info,
        location_id: QueueLocationId,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[FulfilmentQueueChange, None]:
        wanted = Wanted(
            topic=sections.FULFILMENT_QUEUE_CHANGED,
            filters={"locationId": location_id},
            unrestricted=SEES_EVERYTHING,
            grants=GRANTS_THAT_COUNT,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            named=named_by(location=location_id),
            id_types={"locationId": "Location"},
        )
        async with aclosing(_items(FulfilmentQueueChange, info, wanted)) as items:
            async for item in items:
                yield item
