"""What can be listened to: availability, of which shoppers hear what a channel sells."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final, TypeAlias

import strawberry

from inventory_svc.api.access import ANYBODY, BACK_OFFICE, REGISTRANTS
from inventory_svc.api.back_in_stock_types import BackInStockNotice
from inventory_svc.api.context import Info
from inventory_svc.api.entities import Item, item_of, location_of
from inventory_svc.api.network_types import Location
from inventory_svc.domain.back_in_stock.events import BACK_IN_STOCK
from inventory_svc.domain.back_in_stock.rights import GRANTS_THAT_COUNT
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.crossings import AVAILABILITY_CHANGED, Crossing
from service_kit.graphql.event_flow import EventFlow, Wanted
from service_kit.graphql.event_source import (
    EventSharing,
    EventSource,
    EventSourceKind,
    HeartbeatSeconds,
    Since,
    Snapshot,
    StateItem,
    event_field,
    shown,
)
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id

PUBLIC: Final = ("channel",)
"""What shoppers have to say: they hear of new goods that the channel sells."""

SOURCE: Final = EventSource(
    stream="inventory_svc",
    match=["skus", "channel", "locationIds"],
    kind=EventSourceKind.STATE,
    unrestricted=list(BACK_OFFICE),
    public=list(PUBLIC),
    share=EventSharing.RIGHTS,
)

NOTICES: Final = EventSource(
    stream="inventory_svc",
    match=["skus", "channel", "customerRef"],
    unrestricted=list(BACK_OFFICE),
    grants=list(GRANTS_THAT_COUNT),
)

Skus: TypeAlias = Annotated[
    list[str] | None, strawberry.argument(description="Only of these items (SKUs).")
]
ChannelCode: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="Only at locations that this channel (code) sells from."),
]
LocationIds: TypeAlias = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(description="Only at these locations (global ids)."),
]


@strawberry.type(description="What a location can promise of an item has changed.")
class AvailabilityChange(StateItem):
    """Its own fields are as of the event, before any channel's rules."""

    @resolver_field(description="The stock keeping unit.")
    def sku(self) -> str | None:
        return self._text("sku")

    @resolver_field(description="The item, as it is now.")
    async def item(self, info: Info) -> Item | None:
        sku = self._text("sku")
        info.context.loaders.want_present()
        return await item_of(info, sku) if sku else None

    @resolver_field(
        description="In a SNAPSHOT: the items that `skus` names, as they are now; else null."
    )
    async def items(self, info: Info) -> list[Item | None] | None:
        named = self.told.payload.get("items")
        if named is None:
            return None
        info.context.loaders.want_present()
        return list(await asyncio.gather(*(item_of(info, each["sku"]) for each in named)))

    @resolver_field(description="The location, as it is now.")
    async def location(self, info: Info) -> Location | None:
        found = self.told.payload.get("location")
        return await location_of(info, from_global_id(found["id"], "Location")) if found else None

    @resolver_field(description="The state of the goods.")
    def condition(self) -> Condition | None:
        found = self._text("condition")
        return None if found is None else Condition(found)

    @resolver_field(description="Units that could be promised after the event.")
    def available(self) -> int | None:
        return self._count("available")

    @resolver_field(
        description="Units that were physically there after the event; null for shoppers."
    )
    def on_hand(self) -> int | None:
        return self._count("onHand")

    @resolver_field(
        description="The version of the rules that changed what can be sold of the item; null when"
        " goods did. What can be sold now says `item`; the numbers of locations are as they were."
    )
    def rules_version(self) -> int | None:
        return self._count("rulesVersion")

    @resolver_field(description="Which line the number of available units crossed.")
    def crossed(self) -> Crossing | None:
        found = self._text("crossed")
        return None if found is None else Crossing(found)

    def _text(self, name: str) -> str | None:
        found = self.told.payload.get(name)
        return None if found is None else str(found)

    def _count(self, name: str) -> int | None:
        found = self.told.payload.get(name)
        return None if found is None else int(found)


@strawberry.type(description="What can be listened to.")
class Subscription:
    """The root of listening."""

    @event_field(
        *ANYBODY,
        source=SOURCE,
        description="Availability by location, whenever it or the count changes; and items of which"
        " another number can be sold since the rules changed. Of an item that changes faster than"
        " it is taken, the latest stands for the earlier ones. Customers and visitors name a"
        " channel, and hear of new goods at the locations that it sells from.",
    )
    async def availability_changed(
        self,
        info: Info,
        skus: Skus = None,
        channel: ChannelCode = None,
        location_ids: LocationIds = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[AvailabilityChange, None]:
        wanted = Wanted(
            topic=AVAILABILITY_CHANGED,
            filters={"skus": skus, "channel": channel, "locationIds": location_ids},
            unrestricted=BACK_OFFICE,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            is_state=True,
            named={} if skus is None else {"items": [{"sku": sku} for sku in skus]},
            id_types={"locationIds": "Location"},
            public=PUBLIC,
        )
        context = info.context
        flow = EventFlow(context.log, wanted, context.caller, context.clock)
        async with aclosing(flow.items()) as items:
            async for item in items:
                context.forget()
                yield shown(AvailabilityChange, item)

    @event_field(
        *REGISTRANTS,
        source=NOTICES,
        description="The notices of those who registered to hear that an item can be bought again:"
        " one for each whose turn has come. Customers hear their own, and name an item, a channel"
        " or themselves.",
    )
    async def back_in_stock(
        self,
        info: Info,
        skus: Skus = None,
        channel: Annotated[
            str | None, strawberry.argument(description="Only of this channel (code).")
        ] = None,
        customer_ref: Annotated[
            str | None, strawberry.argument(description="Only of this customer (reference).")
        ] = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[BackInStockNotice, None]:
        wanted = Wanted(
            topic=BACK_IN_STOCK,
            filters={"skus": skus, "channel": channel, "customerRef": customer_ref},
            unrestricted=BACK_OFFICE,
            grants=GRANTS_THAT_COUNT,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
        )
        context = info.context
        flow = EventFlow(context.log, wanted, context.caller, context.clock)
        async with aclosing(flow.items()) as items:
            async for item in items:
                context.forget()
                yield shown(BackInStockNotice, item)
