"""Availability as clients ask for it and see it."""

from datetime import datetime

import strawberry

from inventory_svc.api.enums import STOCK_CONDITION_INPUT
from inventory_svc.api.network_types import Location
from inventory_svc.domain.network.directory import Destination
from inventory_svc.domain.stock import availability
from inventory_svc.domain.stock.position import Condition
from inventory_svc.use_cases.stock.read_availability import AvailabilityQuestion
from retail_kit import geography
from retail_kit.iso_codes import COUNTRIES
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.graphql.fields import resolver_field


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
        default=None, description="Stands for a point when `near` is not given; needs `country`."
    )
    locations: list[str] | None = strawberry.field(
        default=None, description="Only these locations, by code."
    )
    condition: Condition = strawberry.field(
        default=Condition.NEW,
        graphql_type=STOCK_CONDITION_INPUT,
        description="The state of the goods.",
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
    )


def _fitting(units: int) -> int:
    """Bound a sum over locations by what an Int can hold."""
    return max(-LARGEST, min(LARGEST, units))


@strawberry.type(description="A rule that shaped an availability, and by how much.")
class AppliedRule:
    """The units of all applied rules add up to the quantity."""

    rule: availability.AvailabilityRule = strawberry.field(description="The rule.")
    units: int = strawberry.field(description="Units that it added, or took away when negative.")


@strawberry.type(description="What one location can promise of an item.")
class LocationAvailability:
    """One row of an availability."""

    location: Location = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units that can be promised.")
    on_hand: int = strawberry.field(description="Units that are physically there.")
    distance_km: float | None = strawberry.field(
        description="The distance in kilometres, when both ends are known."
    )


@strawberry.type(description="What can be promised of an item on a channel.")
class Availability:
    """The answer with its reasons; a commit checks the stock again, so it never oversells."""

    sku: str = strawberry.field(description="The item.")
    channel: str = strawberry.field(description="The channel's code.")
    quantity: int = strawberry.field(description="Units that can be promised, all locations.")
    as_of: datetime = strawberry.field(description="When this was so.")
    answer: strawberry.Private[availability.Availability]

    @resolver_field(description="What led from the shelves to the quantity, in order.")
    def rules_applied(self) -> list[AppliedRule]:
        """Show the rules to those who ask for them."""
        return [
            AppliedRule(rule=each.rule, units=_fitting(each.units))
            for each in self.answer.rules_applied
        ]

    @resolver_field(description="Each location in scope that has a position, nearest first.")
    def locations(self) -> list[LocationAvailability]:
        """Show the rows to those who ask for them; a list page wants only the sum."""
        return [
            LocationAvailability(
                location=Location.of(row.location),
                quantity=row.quantity,
                on_hand=row.on_hand,
                distance_km=None if row.distance_km is None else round(row.distance_km, 3),
            )
            for row in self.answer.locations
        ]

    @staticmethod
    def of(answer: availability.Availability) -> "Availability":
        """Show an answer."""
        return Availability(
            sku=answer.sku,
            channel=answer.channel,
            quantity=_fitting(answer.quantity),
            as_of=answer.as_of,
            answer=answer,
        )
