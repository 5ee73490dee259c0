"""Reservations as clients see them: what is kept where, and what may be done to it."""

from datetime import datetime

import strawberry

from inventory_svc.api.access import BACK_OFFICE
from inventory_svc.api.context import Info
from inventory_svc.api.entities import Item, item_of, location_of, reservation_id
from inventory_svc.api.enums import ReservationActionName
from inventory_svc.api.network_types import Channel, Location
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rights import release_right
from inventory_svc.domain.stock import reservation as reservations
from service_kit.graphql.access import allow_reference
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id


@strawberry.type(description="Units of one line of a reservation that one position keeps.")
class ReservationLine:
    """A line has a row for each of its locations, and for each piece with a serial number."""

    line_id: str = strawberry.field(description="The line, as whoever reserved calls it.")
    sku: str = strawberry.field(description="The item.")
    condition: Condition = strawberry.field(description="The state of the goods.")
    location_code: str = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units that were reserved here.")
    open: int = strawberry.field(description="Units that are still kept.")
    consumed: int = strawberry.field(description="Units that have left.")
    released: int = strawberry.field(description="Units that were given back.")
    short: int = strawberry.field(description="Units that were not found.")
    available_from: datetime | None = strawberry.field(
        description="When units that are still on their way are there; null for those that are."
    )
    serial: str | None = strawberry.field(
        description="The serial number, if it is a piece that is known by one."
    )

    @resolver_field(description="The item itself.")
    async def item(self, info: Info) -> Item | None:
        """Read it with the others of the request."""
        return await item_of(info, self.sku)

    @resolver_field(
        description="When units may leave, whether they are there or not; null if they may leave "
        "as soon as they are there."
    )
    async def not_before(self, info: Info) -> datetime | None:
        """Go by the item as it is now, read with the others of the request."""
        item = await info.context.loaders.items.load(self.sku)
        return None if item is None else item.held_until(info.context.clock.now())

    @resolver_field(description="The location itself.")
    async def location(self, info: Info) -> Location | None:
        """Take it from the directory."""
        return await location_of(info, self.location_code)

    @staticmethod
    def of(peg: reservations.Peg | reservations.Awaited) -> "ReservationLine":
        """Show a peg, or what is waited for."""
        awaited = peg if isinstance(peg, reservations.Awaited) else None
        return ReservationLine(
            line_id=peg.line_id,
            sku=peg.position.sku,
            condition=peg.position.condition,
            location_code=peg.position.location,
            quantity=peg.quantity,
            open=peg.open,
            consumed=peg.consumed if isinstance(peg, reservations.Peg) else 0,
            released=peg.released,
            short=peg.short,
            available_from=None if awaited is None else awaited.available_from,
            serial=peg.serial if isinstance(peg, reservations.Peg) else None,
        )


@strawberry.type(description="Something that may be done to a reservation, or why not.")
class ReservationAction:
    """An action and what stands in its way."""

    name: ReservationActionName = strawberry.field(description="The action.")
    reason_if_disabled: str | None = strawberry.field(
        description="Why it cannot be done now; null when it can."
    )


@strawberry.federation.type(keys=["id"], description="Goods that are kept for somebody.")
class Reservation:
    """Its lines are pegged to positions."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    kind: reservations.ReservationKind = strawberry.field(description="What it is for.")
    order_id: strawberry.ID | None = strawberry.field(description="The order that it is for.")
    channel_code: str | None = strawberry.field(description="The channel that it came by.")
    owner: str = strawberry.field(description="Who made it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(
        description="When it ends by itself; null for never."
    )
    available_from: datetime | None = strawberry.field(
        description="When all that it waits for is there; null when it waits for nothing."
    )
    accept_until: datetime | None = strawberry.field(
        description="How late the goods that it waits for may come, as was said when it was made; "
        "null when it never waited for any."
    )
    is_late: bool = strawberry.field(
        description="Whether something that it waits for comes later than `acceptUntil`."
    )
    version: int = strawberry.field(description="Counts the changes of the reservation.")
    lines: list[ReservationLine] = strawberry.field(description="What is kept where.")
    shown: strawberry.Private[reservations.Reservation]

    @resolver_field(description="Where it stands now.")
    def state(self, info: Info) -> reservations.ReservationState:
        """Let expiry count whether it is written or not."""
        return self.shown.state_at(info.context.clock.now())

    @resolver_field(description="What may be done to it now.")
    def available_actions(self, info: Info) -> list[ReservationAction]:
        """Only an active reservation can change, and only by those who have the right."""
        state = self.shown.state_at(info.context.clock.now())
        active = state is reservations.ReservationState.ACTIVE
        no_right = release_right(info.context.caller).refusal_of(self.shown)
        reason = no_right.message if no_right else None
        if not active:
            reason = f"The reservation is {state.value}."
        return [
            ReservationAction(name=name, reason_if_disabled=reason)
            for name in ReservationActionName
        ]

    @resolver_field(description="The channel itself.")
    async def channel(self, info: Info) -> Channel | None:
        """Take it from the directory."""
        code = self.channel_code or ""
        directory = await info.context.inventory.network.directory(channels=[code])
        found = directory.channels.get(code)
        return None if found is None else Channel.of(found)

    @staticmethod
    def of(reservation: reservations.Reservation) -> "Reservation":
        """Show a reservation."""
        order_id = reservation.order_id
        return Reservation(
            id=reservation_id(reservation.identifier),
            kind=reservation.kind,
            order_id=None if order_id is None else strawberry.ID(order_id),
            channel_code=reservation.channel,
            owner=reservation.owner,
            created_at=reservation.created_at,
            expires_at=reservation.expires_at,
            available_from=reservation.available_from,
            accept_until=reservation.accept_until,
            is_late=reservation.is_late,
            version=reservation.version,
            lines=[ReservationLine.of(each) for each in reservation.everything],
            shown=reservation,
        )

    @classmethod
    @allow_reference(*BACK_OFFICE)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Reservation | None":
        """Find a reservation by its id, together with the others of the request."""
        found = await info.context.loaders.reservations.load(from_global_id(id, "Reservation"))
        return None if found is None else Reservation.of(found)
