"""Locations and channels as clients see them."""

from datetime import datetime

import strawberry

from inventory_svc.api.access import ANYBODY
from inventory_svc.api.context import Info
from inventory_svc.api.schedule_types import DayHours, LocationClosure
from inventory_svc.domain.network import channel as channels
from inventory_svc.domain.network import delivery
from inventory_svc.domain.network import group as groups
from inventory_svc.domain.network import location as locations
from retail_kit import geography
from service_kit.graphql.access import allow_reference
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.scalars import CurrencyCode


@strawberry.federation.type(shareable=True, description="A point on the globe in degrees (WGS 84).")
class GeoPoint:
    """Latitude and longitude."""

    latitude: float = strawberry.field(description="Degrees north.")
    longitude: float = strawberry.field(description="Degrees east.")

    @staticmethod
    def of(point: geography.GeoPoint) -> "GeoPoint":
        """Show a point."""
        return GeoPoint(latitude=point.latitude, longitude=point.longitude)


@strawberry.type(description="A country, or a part of it, that a location delivers to.")
class DeliveryZone:
    """A country and the beginnings of postcodes in it."""

    country: str = strawberry.field(description="The country (ISO 3166 alpha-2).")
    postcodes: list[str] = strawberry.field(
        description="How the postcodes in the zone begin; empty means the whole country."
    )


@strawberry.federation.type(keys=["id", "code"], description="A place that holds stock.")
class Location:
    """Warehouse, shop, supplier or partner."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    type: locations.LocationType = strawberry.field(description="Whose shelves it has.")
    country: str = strawberry.field(description="The country (ISO 3166 alpha-2).")
    postcode: str | None = strawberry.field(description="The postcode.")
    city: str | None = strawberry.field(description="The city.")
    address_lines: list[str] = strawberry.field(description="The street, as on an envelope.")
    point: GeoPoint | None = strawberry.field(description="Where it lies.")
    timezone: str = strawberry.field(description="The time zone (IANA).")
    opening_hours: list[DayHours] = strawberry.field(
        description="When it is open, by day of the week; empty if nobody knows."
    )
    breaks: list[DayHours] = strawberry.field(
        description="When nobody is served although it is open, by day of the week."
    )
    closures: list[LocationClosure] = strawberry.field(description="When it is closed for once.")
    holiday_calendar: str | None = strawberry.field(
        description="Where the public holidays are those on which it is closed (ISO 3166-2)."
    )
    active: bool = strawberry.field(description="Whether its stock counts at all.")
    stale_since: datetime | None = strawberry.field(
        description="Since when no channel sells from it, as what its source told is too old; null "
        "while it is fresh."
    )
    brands: list[str] = strawberry.field(
        description="The brands that it serves; empty means every brand."
    )
    tags: list[str] = strawberry.field(description="Marks by which groups find it.")
    abilities: list[delivery.LocationAbility] = strawberry.field(
        description="What it can do with its goods."
    )
    delivery_zones: list[DeliveryZone] = strawberry.field(
        description="Where it delivers to; empty means everywhere."
    )
    lead_time_days: int = strawberry.field(
        description="Working days of its own from an order until its goods are ready to leave."
    )
    version: int = strawberry.field(description="Counts the changes of the location.")

    @staticmethod
    def of(location: locations.Location) -> "Location":
        """Show a location."""
        return Location(
            id=strawberry.ID(to_global_id("Location", location.code)),
            code=location.code,
            name=location.name,
            type=location.type,
            country=location.country,
            postcode=location.postcode,
            city=location.city,
            address_lines=list(location.address_lines),
            point=None if location.point is None else GeoPoint.of(location.point),
            timezone=location.timezone,
            opening_hours=DayHours.of(location.schedule.opening_hours),
            breaks=DayHours.of(location.schedule.breaks),
            closures=[LocationClosure.of(each) for each in location.schedule.closures],
            holiday_calendar=location.schedule.holiday_calendar,
            active=location.active,
            stale_since=location.stale_since,
            brands=sorted(location.brands),
            tags=sorted(location.tags),
            abilities=sorted(location.able),
            delivery_zones=[
                DeliveryZone(country=zone.country, postcodes=list(zone.postcodes))
                for zone in location.delivery_zones
            ],
            lead_time_days=location.lead_time_days,
            version=location.version,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, code: str | None = None
    ) -> "Location | None":
        """Find a location by either key."""
        wanted = (code if id is None else from_global_id(id, "Location")) or ""
        directory = await info.context.inventory.network.directory(locations=[wanted])
        found = directory.locations.get(wanted)
        return None if found is None else Location.of(found)


@strawberry.federation.type(keys=["id", "code"], description="Where goods are sold.")
class Channel:
    """A sales channel and the locations that it sells from."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    currency: CurrencyCode = strawberry.field(description="The currency it sells in.")
    country: str = strawberry.field(description="The country it sells to (ISO 3166 alpha-2).")
    location_types: list[locations.LocationType] = strawberry.field(
        description="The types of location it sells from; empty means all."
    )
    location_codes: list[str] = strawberry.field(
        description="The locations it sells from; empty means all."
    )
    excluded_locations: list[str] = strawberry.field(
        description="The locations it never sells from."
    )
    brands: list[str] = strawberry.field(
        description="The brands that it sells: it sells from locations that serve one of them; "
        "empty means every location."
    )
    active: bool = strawberry.field(description="Whether it sells at all.")
    version: int = strawberry.field(description="Counts the changes of the channel.")

    @staticmethod
    def of(channel: channels.Channel) -> "Channel":
        """Show a channel."""
        return Channel(
            id=strawberry.ID(to_global_id("Channel", channel.code)),
            code=channel.code,
            name=channel.name,
            currency=CurrencyCode(channel.currency),
            country=channel.country,
            location_types=sorted(channel.location_types),
            location_codes=sorted(channel.location_codes),
            excluded_locations=sorted(channel.excluded_locations),
            brands=sorted(channel.brands),
            active=channel.active,
            version=channel.version,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, code: str | None = None
    ) -> "Channel | None":
        """Find a channel by either key."""
        wanted = (code if id is None else from_global_id(id, "Channel")) or ""
        directory = await info.context.inventory.network.directory(channels=[wanted])
        found = directory.channels.get(wanted)
        return None if found is None else Channel.of(found)


@strawberry.type(description="Locations that questions and rules name by one code.")
class LocationGroup:
    """It holds each location that meets every selector that is given."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    location_codes: list[str] = strawberry.field(
        description="Only these locations; empty means any."
    )
    location_types: list[locations.LocationType] = strawberry.field(
        description="Only these types of location; empty means any."
    )
    tags: list[str] = strawberry.field(
        description="Only locations that bear one of these tags; empty means any."
    )
    version: int = strawberry.field(description="Counts the changes of the group.")

    @resolver_field(description="The locations that it holds, in the order of their code.")
    async def locations(self, info: Info) -> list[Location]:
        """Find its members in the directory."""
        directory = await info.context.inventory.network.directory()
        return [
            Location.of(directory.locations[code]) for code in sorted(directory.members(self.code))
        ]

    @staticmethod
    def of(group: groups.LocationGroup) -> "LocationGroup":
        """Show a group."""
        return LocationGroup(
            code=group.code,
            name=group.name,
            location_codes=sorted(group.location_codes),
            location_types=sorted(group.location_types),
            tags=sorted(group.tags),
            version=group.version,
        )
