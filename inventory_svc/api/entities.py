"""Items, positions and the ledger as clients see them; they lead to each other."""

from datetime import datetime
from typing import Annotated

import strawberry

from inventory_svc.api.access import ANYBODY, BACK_OFFICE
from inventory_svc.api.availability_types import (
    Availability,
    AvailabilityRequest,
    question_of,
    require_present,
)
from inventory_svc.api.context import Info
from inventory_svc.api.inbound_types import (
    InboundSupply,
    IncomingStock,
    incoming_among,
    incoming_of,
)
from inventory_svc.api.network_types import Location
from inventory_svc.domain.catalogue import item as items
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock import movement as ledger
from inventory_svc.domain.stock import position as positions
from inventory_svc.domain.stock import unavailable as declarations
from inventory_svc.domain.stock.pace import units_in_a_week, weeks_left
from retail_kit.quantities import Unit
from service_kit.graphql.access import allow_reference
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id, to_global_id


@strawberry.federation.type(keys=["sku", "id"], description="Something that is sold.")
class Item:
    """The reference copy of one SKU; everything else about it is its own service's."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sku: str = strawberry.field(description="The stock keeping unit.")
    title: str = strawberry.field(description="The name for people.")
    category: str | None = strawberry.field(description="The category's code.")
    ean: str | None = strawberry.field(description="The barcode.")
    model: str | None = strawberry.field(description="The model that its sizes and colours share.")
    size: str | None = strawberry.field(description="The size.")
    colour: str | None = strawberry.field(description="The colour.")
    weight_grams: int | None = strawberry.field(description="The weight in grams.")
    image_url: str | None = strawberry.field(description="Where a picture is.")
    top_seller: bool = strawberry.field(description="Whether files of stock are read for it first.")
    unit: Unit = strawberry.field(description="What its quantities count.")
    release_at: datetime | None = strawberry.field(
        description="No unit leaves before this moment; null if there is none."
    )
    version: int = strawberry.field(description="Counts the changes of the item.")

    @resolver_field(*ANYBODY, description="What can be promised on a channel.")
    async def availability(
        self,
        info: Info,
        channel: Annotated[str, strawberry.argument(description="The channel's code.")],
        for_: Annotated[
            AvailabilityRequest | None,
            strawberry.argument(name="for", description="For whom, or where."),
        ] = None,
    ) -> Availability | None:
        """Answer all items of the request in one read."""
        question = question_of(channel, for_)
        require_present(info.context.caller, question)
        answer = await info.context.loaders.availability.load((self.sku, question))
        return Availability.of(answer, question)

    @resolver_field(
        *BACK_OFFICE,
        description="The stock of the item by condition and location; staff see every location.",
    )
    async def positions(self, info: Info) -> "list[StockPosition] | None":
        """Read the positions of all items of the request at once."""
        found = await info.context.loaders.positions.load(self.sku)
        return [StockPosition.of(position) for position in found]

    @resolver_field(*ANYBODY, description="What is on order or in transit, by its date.")
    async def incoming(self, info: Info) -> list[IncomingStock] | None:
        """Read the supply of all items of the request at once."""
        return incoming_among(await info.context.loaders.inbound.load(self.sku), info)

    @resolver_field(
        *BACK_OFFICE,
        description="Supply that is on its way, quotas of preorders included, by its date.",
    )
    async def inbound(self, info: Info) -> list[InboundSupply] | None:
        """Read the supply of all items of the request at once."""
        found = await info.context.loaders.inbound.load(self.sku)
        return [InboundSupply.of(each) for each in found]

    @staticmethod
    def of(item: items.Item) -> "Item":
        """Show an item."""
        return Item(
            id=strawberry.ID(to_global_id("Item", item.sku)),
            sku=item.sku,
            title=item.title,
            category=item.category,
            ean=item.ean,
            model=item.model,
            size=item.size,
            colour=item.colour,
            weight_grams=item.weight_grams,
            image_url=item.image_url,
            top_seller=item.top_seller,
            unit=item.unit,
            release_at=item.release_at,
            version=item.version,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(
        cls, info: Info, sku: str | None = None, id: strawberry.ID | None = None
    ) -> "Item | None":
        """Find an item by either key, together with the others of the request."""
        info.context.loaders.want_present()
        return await item_of(info, from_global_id(id, "Item") if sku is None and id else sku or "")


async def item_of(info: Info, sku: str) -> Item | None:
    """Show the item of a SKU, read together with the others of the request."""
    found = await info.context.loaders.items.load(sku)
    return None if found is None else Item.of(found)


async def location_of(info: Info, code: str) -> Location | None:
    """Show a location out of the directory."""
    directory = await info.context.inventory.network.directory(locations=[code])
    found = directory.locations.get(code)
    return None if found is None else Location.of(found)


@strawberry.type(description="Units on hand that were declared not to be sellable.")
class UnavailableUnits:
    """Those of one reason."""

    disposition: declarations.Disposition = strawberry.field(description="Why.")
    quantity: int = strawberry.field(description="Units.")
    declared_at: datetime = strawberry.field(description="When that was last declared.")

    @staticmethod
    def of(row: declarations.Unavailable) -> "UnavailableUnits":
        """Show a row."""
        return UnavailableUnits(
            disposition=row.disposition, quantity=row.quantity, declared_at=row.declared_at
        )


@strawberry.federation.type(
    keys=["id"], description="What a location holds of an item in one condition."
)
class StockPosition:
    """The counters; they are the sum of the movements."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    condition: Condition = strawberry.field(description="The state of the goods.")
    on_hand: int = strawberry.field(description="Units that are physically there.")
    allocated: int = strawberry.field(description="Units kept for orders.")
    reserved: int = strawberry.field(
        description="Units in soft reservations, ended ones included until that is written."
    )
    unavailable: list[UnavailableUnits] = strawberry.field(
        description="Units on hand that the location declared not to be sellable, by reason."
    )
    counted_at: datetime | None = strawberry.field(description="The time of the latest count.")
    changed_at: datetime | None = strawberry.field(description="When the counters last changed.")
    version: int = strawberry.field(description="Counts the changes of the position.")
    shown: strawberry.Private[positions.Position]

    @resolver_field(description="Units that can be promised now, before any channel's rules.")
    def available(self, info: Info) -> int:
        """Leave out holds that are over, whatever is written."""
        return self.shown.available(info.context.clock.now())

    @resolver_field(description="Units sold in a week, the latest of the last weeks counting most.")
    def sold_per_week(self, info: Info) -> float:
        """Leave out what has faded since the latest sale."""
        return units_in_a_week(self.shown.pace.at(info.context.clock.now()))

    @resolver_field(description="Weeks that what can be sold will last for; null for ever.")
    def coverage_weeks(self, info: Info) -> float | None:
        """Count units that are kept for somebody too: they are yet to leave."""
        position = self.shown
        return weeks_left(position.sellable, position.pace.at(info.context.clock.now()))

    @resolver_field(description="What is on its way to the location, by its date.")
    async def incoming(self, info: Info) -> list[IncomingStock]:
        """Read the supply of all items of the request at once."""
        return await incoming_of(info, self.shown.key)

    @resolver_field(description="The item itself.")
    async def item(self, info: Info) -> Item | None:
        """Read it with the others of the request."""
        return await item_of(info, self.sku)

    @resolver_field(description="The location itself.")
    async def location(self, info: Info) -> Location | None:
        """Take it from the directory."""
        return await location_of(info, self.location_code)

    @staticmethod
    def of(position: positions.Position) -> "StockPosition":
        """Show a position."""
        return StockPosition(
            id=strawberry.ID(to_global_id("StockPosition", position.key.identifier)),
            sku=position.key.sku,
            location_code=position.key.location,
            condition=position.key.condition,
            on_hand=position.on_hand,
            allocated=position.allocated,
            reserved=position.reserved,
            unavailable=[UnavailableUnits.of(row) for row in position.unavailable],
            counted_at=position.counted_at,
            changed_at=position.changed_at,
            version=position.version,
            shown=position,
        )

    @classmethod
    @allow_reference(*BACK_OFFICE)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "StockPosition | None":
        """Find a position by its id, together with the others of its item."""
        key = from_global_id(id, "StockPosition")
        found = await info.context.loaders.positions.load(key.split(SEPARATOR)[0])
        named = [position for position in found if position.key.identifier == key]
        return StockPosition.of(named[0]) if named else None


@strawberry.type(description="One line of the ledger; never changed, never deleted.")
class StockMovement:
    """By how much each counter changed, and why."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    number: int = strawberry.field(description="Counts the position's movements without gaps.")
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    condition: Condition = strawberry.field(description="The state of the goods.")
    kind: ledger.MovementKind = strawberry.field(description="What happened.")
    on_hand: int = strawberry.field(description="By how much on hand changed.")
    allocated: int = strawberry.field(description="By how much the units kept for orders changed.")
    reserved: int = strawberry.field(description="By how much the soft reservations changed.")
    unavailable: int = strawberry.field(
        description="By how much the units that cannot be sold changed."
    )
    disposition: declarations.Disposition | None = strawberry.field(
        description="Why these cannot be sold."
    )
    reason: ledger.AdjustmentReason | None = strawberry.field(description="Why, if by hand.")
    reservation_id: strawberry.ID | None = strawberry.field(
        description="The reservation that it is about."
    )
    cause: str = strawberry.field(description="Identifies the command.")
    actor: str = strawberry.field(description="Who gave the command.")
    occurred_at: datetime = strawberry.field(description="When it was written.")
    effective_at: datetime = strawberry.field(description="When the goods moved or were counted.")

    @staticmethod
    def of(movement: ledger.Movement) -> "StockMovement":
        """Show a movement."""
        key = movement.position
        about = movement.reservation_id
        name = SEPARATOR.join((key.identifier, str(movement.number)))
        return StockMovement(
            id=strawberry.ID(to_global_id("StockMovement", name)),
            number=movement.number,
            sku=key.sku,
            location_code=key.location,
            condition=key.condition,
            kind=movement.kind,
            on_hand=movement.on_hand,
            allocated=movement.allocated,
            reserved=movement.held,
            unavailable=movement.unavailable,
            disposition=movement.disposition,
            reason=movement.reason,
            reservation_id=None if about is None else reservation_id(about),
            cause=movement.cause,
            actor=movement.actor,
            occurred_at=movement.occurred_at,
            effective_at=movement.effective_at,
        )


def reservation_id(identifier: str) -> strawberry.ID:
    """Give the global id of a reservation."""
    return strawberry.ID(to_global_id("Reservation", identifier))
