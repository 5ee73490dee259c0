"""What can be read."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from inventory_svc.api.access import ANYBODY, BACK_OFFICE
from inventory_svc.api.alert_operations import AlertQueries
from inventory_svc.api.availability_types import (
    MOST_ROWS,
    MOST_SKUS,
    Availability,
    AvailabilityRequest,
    question_of,
    require_few,
    require_present,
)
from inventory_svc.api.back_in_stock_operations import BackInStockQueries
from inventory_svc.api.context import Info
from inventory_svc.api.declaration_operations import DeclarationQueries
from inventory_svc.api.entities import Item, StockMovement, StockPosition, item_of
from inventory_svc.api.enums import LOCATION_TYPE_INPUT, STOCK_CONDITION_INPUT
from inventory_svc.api.feed_operations import FeedQueries
from inventory_svc.api.file_operations import FileQueries
from inventory_svc.api.network_types import Channel, Location, LocationGroup
from inventory_svc.api.reliability_operations import ReliabilityQueries
from inventory_svc.api.reservation_types import Reservation
from inventory_svc.api.rule_operations import RuleQueries
from inventory_svc.api.unit_operations import UnitQueries
from inventory_svc.domain.catalogue import item as items
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network import location as locations
from inventory_svc.domain.stock import movement as ledger
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import ItemsWanted
from inventory_svc.use_cases.stock.read_availability import read_availability
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.enums import optional
from service_kit.graphql.fields import query_field
from service_kit.graphql.global_ids import from_global_id

Sku = Annotated[str, strawberry.argument(description="The item's SKU.")]
LocationCode = Annotated[str, strawberry.argument(description="The location's code.")]
ConditionArgument = Annotated[
    Condition,
    strawberry.argument(graphql_type=STOCK_CONDITION_INPUT, description="The state of the goods."),
]


@strawberry.type(description="What can be read.")
class Query(
    RuleQueries,
    ReliabilityQueries,
    DeclarationQueries,
    AlertQueries,
    BackInStockQueries,
    FeedQueries,
    FileQueries,
    UnitQueries,
):
    """Inventory's root fields; each may be null, so that none takes another with it."""

    @query_field(*ANYBODY, description="An item by its SKU.")
    async def item(self, info: Info, sku: Sku) -> Item | None:
        """Find one item."""
        return await item_of(info, sku)

    @query_field(*ANYBODY, description="Items in the order of their SKU.")
    async def items(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        category: Annotated[
            str | None, strawberry.argument(description="Only items of this category.")
        ] = None,
    ) -> Connection[Item] | None:
        """Page through the items."""
        page = PageArguments.of("items", first, after)
        start = None if page.after is None else page.after.text
        wanted = ItemsWanted(limit=page.fetch, category=category, after=start)
        found = await info.context.inventory.catalogue.page(wanted)
        return connection_of(found, page, cursor_of=_item_cursor, node_of=Item.of)

    @query_field(
        *ANYBODY,
        description="What can be promised of many items at once, for a page that lists them: one "
        "row for each item and channel, in the order of `skus`; null for an item that nobody "
        f"knows. Up to {MOST_SKUS} items and {MOST_ROWS} rows.",
    )
    async def availability(
        self,
        info: Info,
        skus: Annotated[list[str], strawberry.argument(description="The items, by SKU.")],
        channels: Annotated[
            list[str], strawberry.argument(description="The channels, by code; often one.")
        ],
        for_: Annotated[
            AvailabilityRequest | None,
            strawberry.argument(name="for", description="For whom, or where."),
        ] = None,
    ) -> list[Availability | None] | None:
        """Answer every item and channel from one read of the stock."""
        questions = [question_of(channel, for_) for channel in channels]
        require_few(skus, channels)
        for question in questions:
            require_present(info.context.caller, question)
        sources = info.context.loaders.sources
        told = [
            (question, await read_availability(skus, question, sources)) for question in questions
        ]
        known = await info.context.inventory.catalogue.known(skus)
        return [
            Availability.of(answers[sku], question) if sku in known else None
            for sku in skus
            for question, answers in told
        ]

    @query_field(*ANYBODY, description="A location by its code.")
    async def location(self, info: Info, code: LocationCode) -> Location | None:
        """Find one location."""
        directory = await info.context.inventory.network.directory(locations=[code])
        found = directory.locations.get(code)
        return None if found is None else Location.of(found)

    @query_field(*ANYBODY, description="Locations in the order of their code.")
    async def locations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        type: Annotated[
            locations.LocationType | None,
            strawberry.argument(
                graphql_type=optional(LOCATION_TYPE_INPUT), description="Only this type."
            ),
        ] = None,
    ) -> Connection[Location] | None:
        """Page through the directory."""
        page = PageArguments.of("locations", first, after)
        directory = await info.context.inventory.network.directory()
        start = None if page.after is None else page.after.text
        chosen = [
            directory.locations[code]
            for code in sorted(directory.locations)
            if type is None or directory.locations[code].type is type
        ]
        rows: Sequence[locations.Location] = [
            each for each in chosen if start is None or each.code > start
        ]
        return connection_of(
            rows[: page.fetch],
            page,
            cursor_of=_location_cursor,
            node_of=Location.of,
            total_count=len(chosen),
        )

    @query_field(*ANYBODY, description="A group of locations by its code.")
    async def location_group(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The group's code.")],
    ) -> LocationGroup | None:
        """Find one group."""
        directory = await info.context.inventory.network.directory(groups=[code])
        found = directory.groups.get(code)
        return None if found is None else LocationGroup.of(found)

    @query_field(*ANYBODY, description="All groups of locations in the order of their code.")
    async def location_groups(self, info: Info) -> list[LocationGroup] | None:
        """List the groups; there are few."""
        directory = await info.context.inventory.network.directory()
        return [LocationGroup.of(directory.groups[code]) for code in sorted(directory.groups)]

    @query_field(*ANYBODY, description="A channel by its code.")
    async def channel(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The channel's code.")],
    ) -> Channel | None:
        """Find one channel."""
        directory = await info.context.inventory.network.directory(channels=[code])
        found = directory.channels.get(code)
        return None if found is None else Channel.of(found)

    @query_field(*ANYBODY, description="All channels in the order of their code.")
    async def channels(self, info: Info) -> list[Channel] | None:
        """List the channels; there are few."""
        directory = await info.context.inventory.network.directory()
        return [Channel.of(directory.channels[code]) for code in sorted(directory.channels)]

    @query_field(
        *BACK_OFFICE, description="What one location holds of an item; staff see every location."
    )
    async def stock_position(
        self,
        info: Info,
        sku: Sku,
        location_code: LocationCode,
        condition: ConditionArgument = Condition.NEW,
    ) -> StockPosition | None:
        """Find one position."""
        key = PositionKey(sku, location_code, condition)
        found = await info.context.inventory.stock.positions([key])
        return StockPosition.of(found[key]) if key in found else None

    @query_field(
        *BACK_OFFICE,
        description="The ledger of a position, newest first; staff see every location.",
    )
    async def stock_movements(
        self,
        info: Info,
        sku: Sku,
        location_code: LocationCode,
        condition: ConditionArgument = Condition.NEW,
        first: First = None,
        after: After = None,
    ) -> Connection[StockMovement] | None:
        """Page through the ledger."""
        page = PageArguments.of("stockMovements", first, after)
        before = None if page.after is None else page.after.number
        key = PositionKey(sku, location_code, condition)
        found = await info.context.inventory.stock.movements(key, before, page.fetch)
        return connection_of(found, page, cursor_of=_movement_cursor, node_of=StockMovement.of)

    @query_field(*BACK_OFFICE, description="A reservation by its id.")
    async def reservation(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Reservation | None:
        """Find one reservation."""
        found = await info.context.loaders.reservations.load(from_global_id(id, "Reservation"))
        return None if found is None else Reservation.of(found)


def _item_cursor(item: items.Item) -> Cursor:
    return Cursor("items", (item.sku,))


def _location_cursor(location: locations.Location) -> Cursor:
    return Cursor("locations", (location.code,))


def _movement_cursor(movement: ledger.Movement) -> Cursor:
    return Cursor("stockMovements", (movement.number,))
