"""Supply on its way as clients see it."""

from collections.abc import Iterable
from datetime import datetime

import strawberry

from inventory_svc.api.context import Info
from inventory_svc.api.network_types import Location
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.inbound import supply as inbound
from inventory_svc.domain.stock.inbound.phase import Phase
from inventory_svc.domain.stock.position import PositionKey
from retail_kit.quantities import LARGEST
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import to_global_id


@strawberry.type(description="Units that are on order or in transit, and when they are there.")
class IncomingStock:
    """What anybody may know of supply that is on its way."""

    location_code: str = strawberry.field(description="Where they go.")
    condition: Condition = strawberry.field(description="The state of the goods.")
    quantity: int = strawberry.field(
        description="Units that are still to come, and may be sold then."
    )
    available_from: datetime = strawberry.field(
        description="When they are there, the usual delay of their supplier counted."
    )

    @resolver_field(description="The location itself.")
    async def location(self, info: Info) -> Location | None:
        """Take it from the directory."""
        return await _location(info, self.location_code)

    @staticmethod
    def of(supply: inbound.InboundSupply, now: datetime) -> "IncomingStock":
        """Show a supply."""
        _, location, condition = supply.key.position
        return IncomingStock(
            location_code=location,
            condition=condition,
            quantity=supply.to_come(now),
            available_from=supply.available_from,
        )


@strawberry.type(description="How many units can be promised from a moment on.")
class FuturePhase:
    """Holds until the next phase begins."""

    available_from: datetime = strawberry.field(description="The first moment of the phase.")
    quantity: int = strawberry.field(
        description="Units that can be promised in all for a date in this phase, without breaking "
        "a promise for any later one."
    )

    @staticmethod
    def of(phase: Phase) -> "FuturePhase":
        """Show a phase."""
        return FuturePhase(available_from=phase.at, quantity=min(LARGEST, phase.quantity))


@strawberry.type(description="A line of a purchase order, a transfer, or a quota of preorders.")
class InboundSupply:
    """What was announced, and what has become of it; for staff."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    kind: inbound.InboundKind = strawberry.field(description="What is on its way.")
    reference: str = strawberry.field(description="The paper that announces it, or the quota.")
    line: str = strawberry.field(description="The line of that paper.")
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="Where it goes.")
    condition: Condition = strawberry.field(description="The state of the goods.")
    state: inbound.InboundState = strawberry.field(description="Where it stands.")
    quantity: int = strawberry.field(description="Units that were announced in all.")
    received: int = strawberry.field(
        description="Units that have come; of a quota, those for which goods were found."
    )
    expected_at: datetime = strawberry.field(description="The date as it was announced.")
    available_from: datetime = strawberry.field(
        description="The date that is promised: the delay of the supplier is counted."
    )
    ship_before: datetime | None = strawberry.field(
        description="The date before which the goods have to leave again; null for none."
    )
    supplier_code: str | None = strawberry.field(description="Who sends it.")
    from_location_code: str | None = strawberry.field(description="Where a transfer comes from.")
    opens_at: datetime | None = strawberry.field(description="From when a quota is sold.")
    closes_at: datetime | None = strawberry.field(description="Until when a quota is sold.")
    channel_code: str | None = strawberry.field(
        description="The only channel that a quota is sold on; null for all."
    )
    version: int = strawberry.field(description="Counts the changes of the supply.")
    shown: strawberry.Private[inbound.InboundSupply]

    @resolver_field(description="Units that are promised and did not come yet.")
    def promised(self, info: Info) -> int:
        """Leave out holds that are over, whatever is written."""
        return self.shown.taken(info.context.clock.now())

    @resolver_field(description="Units to come that can still be promised.")
    def free(self, info: Info) -> int:
        """Tell what is left; nothing when too much was promised."""
        return max(0, self.shown.free(info.context.clock.now()))

    @resolver_field(description="Whether it should have come: nothing more is promised of it.")
    def overdue(self, info: Info) -> bool:
        """Compare with the clock."""
        return self.shown.is_overdue(info.context.clock.now())

    @resolver_field(description="The location itself.")
    async def location(self, info: Info) -> Location | None:
        """Take it from the directory."""
        return await _location(info, self.location_code)

    @staticmethod
    def of(supply: inbound.InboundSupply) -> "InboundSupply":
        """Show a supply."""
        announced, key = supply.announced, supply.key
        window = announced.window
        return InboundSupply(
            id=strawberry.ID(to_global_id("InboundSupply", key.identifier)),
            kind=key.kind,
            reference=key.reference,
            line=key.line,
            sku=key.position.sku,
            location_code=key.position.location,
            condition=key.position.condition,
            state=supply.state,
            quantity=announced.quantity,
            received=supply.received,
            expected_at=announced.expected_at,
            available_from=announced.available_from,
            ship_before=announced.ship_before,
            supplier_code=announced.supplier,
            from_location_code=announced.origin,
            opens_at=None if window is None else window.opens_at,
            closes_at=None if window is None else window.closes_at,
            channel_code=None if window is None else window.channel,
            version=supply.version,
            shown=supply,
        )


async def _location(info: Info, code: str) -> Location | None:
    directory = await info.context.inventory.network.directory(locations=[code])
    found = directory.locations.get(code)
    return None if found is None else Location.of(found)


async def incoming_of(info: Info, position: PositionKey) -> list[IncomingStock]:
    """Show what is on its way to one position, read with the others of the request."""
    supplies = await info.context.loaders.inbound.load(position.sku)
    return incoming_among((each for each in supplies if each.key.position == position), info)


def incoming_among(supplies: Iterable[inbound.InboundSupply], info: Info) -> list[IncomingStock]:
    """Show those of which anything is still to come; a quota is no goods."""
    now = info.context.clock.now()
    return [
        IncomingStock.of(each, now) for each in supplies if each.to_come(now) and not each.is_quota
    ]
