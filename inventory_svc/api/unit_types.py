"""Pieces with a serial number as clients see them."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.federation.schema_directives import Key

from inventory_svc.api.access import ANYBODY, BACK_OFFICE
from inventory_svc.api.context import Info
from inventory_svc.api.entities import (
    Item,
    StockPosition,
    item_of,
    location_of,
    reservation_id,
)
from inventory_svc.api.network_types import Location
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.units import unit as units
from inventory_svc.domain.stock.units.gaps import UnitGapKind
from inventory_svc.domain.stock.units.history import UnitStep, UnitStepKind
from retail_kit.money import Money as Amount
from service_kit.graphql.access import allow_reference
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.money import Money


def _stub(key: str) -> Key:
    return Key(fields=key, resolvable=False)  # type: ignore[arg-type]  # a text is a field set


@strawberry.federation.type(
    name="OrderLine", keys=[_stub("id")], description="Units of one SKU in an order."
)
class OrderLine:
    """A line of an order, known here by its id alone."""

    id: strawberry.ID = strawberry.field(description="The global id.")


@strawberry.type(description="Where and when the tag of a piece was read last.")
class UnitSighting:
    """A read that counted; an older one never replaces it."""

    location_code: str = strawberry.field(description="The location.")
    point: units.ReadPoint = strawberry.field(description="Where the reader hangs.")
    read_at: datetime = strawberry.field(description="When it was read.")


@strawberry.type(description="One line of the history of a piece; never changed, never deleted.")
class SerialUnitStep:
    """What happened, and how the piece stood afterwards."""

    number: int = strawberry.field(description="Counts the steps of the piece without gaps.")
    kind: UnitStepKind = strawberry.field(description="What happened.")
    state: units.UnitState = strawberry.field(description="What it was then.")
    location_code: str = strawberry.field(description="Where it was then, or was last.")
    condition: Condition = strawberry.field(description="The state of the goods then.")
    uses: int = strawberry.field(description="How often it had come back from a rental by then.")
    actor: str = strawberry.field(description="Who did it.")
    occurred_at: datetime = strawberry.field(description="When it was written.")
    effective_at: datetime = strawberry.field(
        description="When it happened: the time of a read, else when it was written."
    )
    claim: strawberry.Private[units.Claim | None]

    @resolver_field(description="The reservation that kept it then, or took it.")
    def reservation_id(self) -> strawberry.ID | None:
        """Name it; whoever wants more asks for it."""
        return None if self.claim is None else reservation_id(self.claim.reservation_id)

    @resolver_field(description="The order line that it was kept for then, or left for.")
    def order_line(self) -> OrderLine | None:
        """Name it for the service of the orders."""
        return _order_line(self.claim)

    @staticmethod
    def of(step: UnitStep) -> "SerialUnitStep":
        """Show a step."""
        return SerialUnitStep(
            number=step.number,
            kind=step.kind,
            state=step.state,
            location_code=step.position.location,
            condition=step.position.condition,
            uses=step.uses,
            actor=step.actor,
            occurred_at=step.occurred_at,
            effective_at=step.effective_at,
            claim=step.claim,
        )


@strawberry.federation.type(
    keys=["serial", "id"], description="One piece that is known by its serial number."
)
class SerialUnit:
    """What a shopper may know of a piece, and for staff where it is and what became of it."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    serial: str = strawberry.field(description="The serial number.")
    sku: str = strawberry.field(description="The item that it is a piece of.")
    condition: Condition = strawberry.field(
        description="The state of the goods as it was judged last; for used ones the grade of "
        "their wear."
    )
    uses: int = strawberry.field(
        description="How often it has come back from a rental: how worn it may be."
    )
    unit: strawberry.Private[units.SerialUnit]

    @resolver_field(description="Its own price; null if it costs what the item costs.")
    def price(self) -> Money | None:
        """Show the price of this piece alone."""
        return None if self.unit.price is None else _shown(self.unit.price)

    @resolver_field(description="The item itself.")
    async def item(self, info: Info) -> Item | None:
        """Read it with the others of the request."""
        return await item_of(info, self.sku)

    @resolver_field(*BACK_OFFICE, description="The code of its RFID tag.")
    def epc(self) -> str | None:
        """Show the tag to staff."""
        return self.unit.epc

    @resolver_field(*BACK_OFFICE, description="What has become of it.")
    def state(self, info: Info) -> units.UnitState | None:
        """Let the end of a hold count whether it is written or not."""
        return self.unit.state_at(info.context.clock.now())

    @resolver_field(*BACK_OFFICE, description="The location's code: where it is, or was last.")
    def location_code(self) -> str | None:
        """Show where it is to staff."""
        return self.unit.position.location

    @resolver_field(*BACK_OFFICE, description="The location itself.")
    async def location(self, info: Info) -> Location | None:
        """Take it from the directory."""
        return await location_of(info, self.unit.position.location)

    @resolver_field(
        *BACK_OFFICE, description="The position that counts it; null when none counts it."
    )
    async def position(self, info: Info) -> StockPosition | None:
        """Read the positions of the item, together with those of the others of the request."""
        if not self.unit.is_on_hand:
            return None
        found = await info.context.loaders.positions.load(self.sku)
        named = [position for position in found if position.key == self.unit.position]
        return StockPosition.of(named[0]) if named else None

    @resolver_field(*BACK_OFFICE, description="The reservation that keeps it, or took it.")
    def reservation_id(self, info: Info) -> strawberry.ID | None:
        """Name it: what may be done with it depends on who asks, and so it is asked for alone."""
        claim = self.unit.claim_at(info.context.clock.now())
        return None if claim is None else reservation_id(claim.reservation_id)

    @resolver_field(
        *BACK_OFFICE, description="The order line that it is kept for, or has left for."
    )
    def order_line(self, info: Info) -> OrderLine | None:
        """Name it for the service of the orders."""
        return _order_line(self.unit.claim_at(info.context.clock.now()))

    @resolver_field(*BACK_OFFICE, description="Where its tag was read last; null if never.")
    def last_seen(self) -> UnitSighting | None:
        """Show the last read."""
        seen = self.unit.seen
        if seen is None:
            return None
        return UnitSighting(location_code=seen.location, point=seen.point, read_at=seen.at)

    @resolver_field(*BACK_OFFICE, description="What has become of it, newest first.")
    async def history(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[SerialUnitStep] | None:
        """Page through the steps."""
        page = PageArguments.of("unitHistory", first, after)
        before = None if page.after is None else page.after.number
        found = await info.context.inventory.units.history(self.serial, before, page.fetch)
        return connection_of(found, page, cursor_of=_step_cursor, node_of=SerialUnitStep.of)

    @resolver_field(*BACK_OFFICE, description="Counts the changes of the piece.")
    def version(self) -> int | None:
        """Show it to whoever changes it."""
        return self.unit.version

    @staticmethod
    def of(unit: units.SerialUnit) -> "SerialUnit":
        """Show a piece."""
        return SerialUnit(
            id=strawberry.ID(to_global_id("SerialUnit", unit.serial)),
            serial=unit.serial,
            sku=unit.position.sku,
            condition=unit.position.condition,
            uses=unit.uses,
            unit=unit,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(
        cls, info: Info, serial: str | None = None, id: strawberry.ID | None = None
    ) -> "SerialUnit | None":
        """Find a piece by either key, together with the others of the request."""
        key = from_global_id(id, "SerialUnit") if serial is None and id else serial or ""
        return await unit_of(info, key)


@strawberry.type(description="A piece that is not where the books say, or is where they do not.")
class SerialUnitGap:
    """A gap of one location."""

    kind: UnitGapKind = strawberry.field(description="How it differs.")
    unit: SerialUnit = strawberry.field(description="The piece.")


async def unit_of(info: Info, serial: str) -> SerialUnit | None:
    """Show the piece of a serial number, read together with the others of the request."""
    found = await info.context.loaders.units.load(serial)
    return None if found is None else SerialUnit.of(found)


Serial = Annotated[str, strawberry.argument(description="The serial number.")]


def _order_line(claim: units.Claim | None) -> OrderLine | None:
    if claim is None or claim.order_id is None:
        return None
    return OrderLine(id=strawberry.ID(to_global_id("OrderLine", claim.line_id)))


def _shown(amount: Amount) -> Money:
    return Money.of(amount.format(), amount.currency)


def _step_cursor(step: UnitStep) -> Cursor:
    return Cursor("unitHistory", (step.number,))
