"""What can be listened to: the log of returns, for those whom each event concerns."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final, TypeAlias

import strawberry

from returns_svc.api.access import READERS
from returns_svc.api.context import Info
from returns_svc.api.types import Order, ReturnRequest
from returns_svc.api.visible import visible_return
from returns_svc.domain.history.events import RETURN_UPDATED, ReturnUpdateType
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.rights.visibility import GRANTS_THAT_COUNT, SEES_EVERYTHING
from service_kit.graphql.event_flow import EventFlow, Wanted, named_by
from service_kit.graphql.event_source import (
    EventItem,
    EventSource,
    HeartbeatSeconds,
    Since,
    Snapshot,
    event_field,
    shown,
)
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id

STREAM: Final = "returns_svc"

ReturnId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this return (global id).")
]
OrderId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of this order's returns (global id)."),
]
LocationId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of goods that come, or came, there (global id)."),
]
CustomerId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of this customer's returns (global id)."),
]


@strawberry.type(description="Something happened to a return.")
class ReturnUpdate(EventItem):
    """Its own fields are as of the event."""

    @resolver_field(description="What happened; null in what is no event.")
    def type(self) -> ReturnUpdateType | None:
        found = self.told.payload.get("type")
        return None if found is None else ReturnUpdateType(found)

    @resolver_field(description="The return, as it is now.")
    async def return_request(self, info: Info) -> ReturnRequest | None:
        entity = self.told.payload.get("returnRequest")
        if entity is None:
            return None
        found = await visible_return(info, from_global_id(entity["id"], "ReturnRequest"))
        return ReturnRequest.of(found) if found else None

    @resolver_field(description="The order, as it is now.")
    def order(self) -> Order | None:
        entity = self.told.payload.get("order")
        return None if entity is None else Order(id=strawberry.ID(entity["id"]))

    @resolver_field(description="The state after the event.")
    def state(self) -> ReturnState | None:
        found = self.told.payload.get("state")
        return None if found is None else ReturnState(found)

    @resolver_field(description="The state before it; null when it was declared.")
    def previous_state(self) -> ReturnState | None:
        found = self.told.payload.get("previousState")
        return None if found is None else ReturnState(found)


@strawberry.type(description="What can be listened to.")
class Subscription:
    """The root of listening."""

    @event_field(
        *READERS,
        source=EventSource(
            stream=STREAM,
            match=["returnId", "orderId", "locationId", "customerId"],
            unrestricted=list(SEES_EVERYTHING),
            grants=list(GRANTS_THAT_COUNT),
        ),
        description="Changes of returns. Name a return, an order, a location or a customer"
        " unless you see all returns.",
    )
    async def return_updated(
        self,
        info: Info,
        return_id: ReturnId = None,
        order_id: OrderId = None,
        location_id: LocationId = None,
        customer_id: CustomerId = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[ReturnUpdate, None]:
        wanted = Wanted(
            topic=RETURN_UPDATED,
            filters={
                "returnId": return_id,
                "orderId": order_id,
                "locationId": location_id,
                "customerId": customer_id,
            },
            unrestricted=SEES_EVERYTHING,
            grants=GRANTS_THAT_COUNT,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            named=named_by(returnRequest=return_id, order=order_id),
        )
        context = info.context
        flow = EventFlow(context.log, wanted, context.caller, context.clock)
        async with aclosing(flow.items()) as items:
            async for item in items:
                context.forget()
                yield shown(ReturnUpdate, item)
