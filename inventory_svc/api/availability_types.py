"""Availability as clients ask for it and see it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import strawberry

from inventory_svc.api.access import BACK_OFFICE
from inventory_svc.api.context import Info
from inventory_svc.api.enums import (
    DELIVERY_METHOD_INPUT,
    ORDER_TYPE_INPUT,
    SERVICE_LEVEL_INPUT,
    STOCK_CONDITION_INPUT,
)
from inventory_svc.api.inbound_types import FuturePhase, IncomingStock, incoming_of
from inventory_svc.api.network_types import Location
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.directory import NOWHERE, Destination
from inventory_svc.domain.network.lead_time import ready_from
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.rules.sale import OrderType, Service, ServiceLevel
from inventory_svc.domain.stock.availability import answer as answers
from inventory_svc.domain.stock.availability import tally
from inventory_svc.domain.stock.availability.future import AvailabilityKind, Soonest
from inventory_svc.domain.stock.inbound.phase import held_until
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.use_cases.stock.read_availability import AvailabilityQuestion
from retail_kit import geography
from retail_kit.iso_codes import COUNTRIES
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import forbidden, invalid
from service_kit.graphql.fields import resolver_field
from service_kit.identity.caller import Caller

MOST_SKUS: Final = 100
"""Items that one question asks for."""
MOST_ROWS: Final = 500
"""Items times channels that one question asks for."""


@strawberry.input(description="A point on the globe in degrees (WGS 84).")
class GeoPointInput:
    """Latitude and longitude."""

    latitude: float = strawberry.field(description="Degrees north.")
    longitude: float = strawberry.field(description="Degrees east.")


@strawberry.input(description="For whom, or where, something shall be available.")
class AvailabilityRequest:
    """Narrows the locations and says from where distances are measured."""

    near: GeoPointInput | None = strawberry.field(
        default=None, description="Where distances are measured from."
    )
    country: str | None = strawberry.field(
        default=None, description="The country of the postcode (ISO 3166 alpha-2)."
    )
    postcode: str | None = strawberry.field(
        default=None,
        description="Where goods are delivered to; stands for a point when `near` is not "
        "given. Without `country` it lies in that of the channel.",
    )
    locations: list[str] | None = strawberry.field(
        default=None, description="Only these locations, by code."
    )
    condition: Condition = strawberry.field(
        default=Condition.NEW,
        graphql_type=STOCK_CONDITION_INPUT,
        description="The state of the goods.",
    )
    delivery_method: DeliveryMethod = strawberry.field(
        default=DeliveryMethod.HOME,
        graphql_type=DELIVERY_METHOD_INPUT,
        description="How the goods reach the customer; for PICKUP delivery zones do not matter.",
    )
    service_level: ServiceLevel = strawberry.field(
        default=ServiceLevel.STANDARD,
        graphql_type=SERVICE_LEVEL_INPUT,
        description="How fast the customer wants it.",
    )
    order_type: OrderType = strawberry.field(
        default=OrderType.ORDER,
        graphql_type=ORDER_TYPE_INPUT,
        description="What kind of promise the goods are for.",
    )
    group: str | None = strawberry.field(
        default=None, description="Only the locations of this group, by its code."
    )
    as_of: datetime | None = strawberry.field(
        default=None,
        description="What could be promised at this moment of the past, by the rules and the stock "
        "of then and the locations of now; for staff.",
    )


def point_of(latitude: float, longitude: float, *path: str) -> geography.GeoPoint:
    """Give a point; refuse INVALID_INPUT off the globe."""
    try:
        return geography.GeoPoint(latitude, longitude)
    except geography.InvalidPoint:
        raise invalid("This is not a point on the globe.", *path) from None


def question_of(channel: str, request: AvailabilityRequest | None) -> AvailabilityQuestion:
    """Read what a client asks."""
    if request is None:
        return AvailabilityQuestion(channel)
    near = request.near
    if request.country is not None and request.country.upper() not in COUNTRIES:
        raise invalid("There is no such country (ISO 3166 alpha-2).", "for", "country")
    return AvailabilityQuestion(
        channel=channel,
        destination=Destination(
            None if near is None else point_of(near.latitude, near.longitude, "for", "near"),
            request.country,
            request.postcode,
        ),
        locations=None if request.locations is None else frozenset(request.locations),
        condition=request.condition,
        service=Service(request.delivery_method, request.service_level, request.order_type),
        group=request.group,
        as_of=request.as_of,
    )


def require_few(skus: Sequence[str], channels: Sequence[str]) -> None:
    """Refuse INVALID_INPUT for no items or channels, or for more than a page lists."""
    if not 1 <= len(skus) <= MOST_SKUS:
        raise invalid(f"Ask for 1 to {MOST_SKUS} items.", "skus")
    if not channels or len(skus) * len(channels) > MOST_ROWS:
        raise invalid(f"Ask for 1 to {MOST_ROWS} rows.", "channels")


def require_present(caller: Caller, question: AvailabilityQuestion) -> None:
    """Refuse FORBIDDEN when shoppers ask what was."""
    if question.as_of is not None and not caller.has_role(*BACK_OFFICE):
        raise forbidden("Only staff see what could be promised earlier.", "for", "asOf")


def _fitting(units: int) -> int:
    """Bound a sum over locations by what an Int can hold."""
    return max(-LARGEST, min(LARGEST, units))


@strawberry.type(description="A step that shaped an availability, and by how much.")
class AppliedRule:
    """The units of all applied rules add up to the quantity."""

    rule: answers.AvailabilityRule = strawberry.field(description="The step.")
    units: int = strawberry.field(description="Units that it added, or took away when negative.")
    by: strawberry.Private[StockRule | None]

    @resolver_field(
        description="The code of the published rule that did it; null for shoppers, and where no "
        "rule did."
    )
    def code(self, info: Info) -> str | None:
        """Name the rule to those who may see the rules."""
        return self.by.code if self.by is not None and _sees_rules(info) else None

    @resolver_field(
        description="The version with which that rule came; null for shoppers, and where no rule "
        "did."
    )
    def version(self, info: Info) -> int | None:
        """Tell how old the rule is to those who may see the rules."""
        return self.by.since if self.by is not None and _sees_rules(info) else None


def _sees_rules(info: Info) -> bool:
    return info.context.caller.has_role(*BACK_OFFICE)


@strawberry.type(description="What one location can promise of an item.")
class LocationAvailability:
    """One row of an availability."""

    location: Location = strawberry.field(description="The location.")
    quantity: int = strawberry.field(
        description="Units that can be promised from here alone; a share of several locations "
        "may not allow as much of all of them."
    )
    on_hand: int = strawberry.field(description="Units that are physically there.")
    distance_km: float | None = strawberry.field(
        description="The distance in kilometres, when both ends are known."
    )
    position: strawberry.Private[PositionKey]
    row: strawberry.Private[tally.LocationAvailability]
    at: strawberry.Private[datetime]

    @resolver_field(
        description="When its goods can leave if they are ordered at the moment of the answer: the "
        "lead time of the location counted in its own working days; null where nobody ever works."
    )
    def ready_from(self) -> datetime | None:
        """Go through the calendar for those who ask for it."""
        return ready_from(self.row.location, self.at)

    @resolver_field(description="What is on its way to this location, by its date.")
    async def incoming(self, info: Info) -> list[IncomingStock]:
        """Read it for those who ask for it."""
        return await incoming_of(info, self.position)

    @staticmethod
    def of(
        row: tally.LocationAvailability, answer: answers.Availability, condition: Condition
    ) -> "LocationAvailability":
        """Show a row of the answer about an item."""
        return LocationAvailability(
            position=PositionKey(answer.sku, row.location.code, condition),
            row=row,
            at=answer.as_of,
            location=Location.of(row.location),
            quantity=row.quantity,
            on_hand=row.on_hand,
            distance_km=None if row.distance_km is None else round(row.distance_km, 3),
        )


@strawberry.type(description="When a unit can be had at the soonest.")
class SoonestAvailability:
    """The date that a product page shows; how long goods travel is not in it."""

    available_from: datetime = strawberry.field(
        description="When it is ready to leave, and may: it is there, the lead time of its "
        "location is over, and its release date has come."
    )
    kind: AvailabilityKind = strawberry.field(description="Where it is until then.")

    @staticmethod
    def of(soonest: Soonest) -> "SoonestAvailability":
        """Show it."""
        return SoonestAvailability(available_from=soonest.available_from, kind=soonest.kind)


@strawberry.type(description="What can be promised of an item on a channel.")
class Availability:
    """The answer with its reasons; a commit checks the stock again, so it never oversells."""

    sku: str = strawberry.field(description="The item.")
    channel: str = strawberry.field(description="The channel's code.")
    quantity: int = strawberry.field(description="Units that can be promised, all locations.")
    as_of: datetime = strawberry.field(description="When this was so.")
    answer: strawberry.Private[answers.Availability]
    question: strawberry.Private[AvailabilityQuestion]

    @resolver_field(description="What led from the shelves to the quantity, in order.")
    def rules_applied(self) -> list[AppliedRule]:
        """Show the rules to those who ask for them."""
        return [
            AppliedRule(rule=each.rule, units=_fitting(each.units), by=each.by)
            for each in self.answer.rules_applied
        ]

    @resolver_field(description="Each location in scope that has a position, nearest first.")
    def locations(self) -> list[LocationAvailability]:
        """Show the rows to those who ask for them; a list page wants only the sum."""
        condition = self.question.condition
        rows = self.answer.locations
        return [LocationAvailability.of(row, self.answer, condition) for row in rows]

    @resolver_field(
        description="What can be promised for each date, what is on its way counted: the first "
        "phase is now, and has nothing as long as nothing may leave. Null for a question about the "
        "past."
    )
    async def future(self, info: Info) -> list[FuturePhase] | None:
        """Look ahead for those who ask for it; read with the others of the request."""
        if self.question.as_of is not None:
            return None
        found = await info.context.loaders.future.load((self.sku, self.question))
        item = await info.context.loaders.items.load(self.sku)
        phases = held_until(found.phases, None if item is None else item.release_at)
        async with info.context.inventory.sources.ahead:
            await asyncio.sleep(0)  # what is made of one item's phases is long enough for one go
            return [FuturePhase.of(phase) for phase in phases]

    @resolver_field(
        description="When the units may leave, which can be ordered before; null if they may leave "
        "at once."
    )
    async def not_before(self, info: Info) -> datetime | None:
        """Read the item with the others of the request."""
        item = await info.context.loaders.items.load(self.sku)
        moment = self.question.as_of or info.context.clock.now()
        return None if item is None else item.held_until(moment)

    @resolver_field(
        description="When a unit is ready to leave at the soonest, and where it is until then; "
        "null if none can be had, and for a question about the past."
    )
    async def soonest(self, info: Info) -> SoonestAvailability | None:
        """Look ahead for those who ask for it; read with the others of the request."""
        if self.question.as_of is not None:
            return None
        found = (await info.context.loaders.future.load((self.sku, self.question))).soonest
        item = await info.context.loaders.items.load(self.sku)
        if found is None:
            return None
        return SoonestAvailability.of(found.held_until(None if item is None else item.release_at))

    @resolver_field(
        description="The nearest location where a unit can be collected, by the same rules; null "
        "if there is none, or if nobody said from where it is near."
    )
    async def nearest_pickup(self, info: Info) -> LocationAvailability | None:
        """Ask the same for collection; the positions are read once for both."""
        question = self.question
        if question.destination == NOWHERE:
            return None
        service = question.service._replace(method=DeliveryMethod.PICKUP)
        collected = replace(question, service=service)
        found = await info.context.loaders.availability.load((self.sku, collected))
        row = next((row for row in found.locations if row.quantity), None)
        return None if row is None else LocationAvailability.of(row, found, question.condition)

    @staticmethod
    def of(answer: answers.Availability, question: AvailabilityQuestion) -> "Availability":
        """Show the answer to a question."""
        return Availability(
            sku=answer.sku,
            channel=answer.channel,
            quantity=_fitting(answer.quantity),
            as_of=answer.as_of,
            answer=answer,
            question=question,
        )
