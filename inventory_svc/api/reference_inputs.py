"""What clients give of items, locations, groups and channels."""

from datetime import datetime

import strawberry

from inventory_svc.api.availability_types import GeoPointInput, point_of
from inventory_svc.api.enums import (
    LOCATION_ABILITY_INPUT,
    LOCATION_TYPE_INPUT,
    UNIT_OF_MEASURE_INPUT,
)
from inventory_svc.api.schedule_types import DayHoursInput, LocationClosureInput
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import DeliveryZone, LocationAbility
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.schedule import Schedule
from inventory_svc.use_cases.network.import_channels import SentChannel
from inventory_svc.use_cases.network.import_location_groups import SentGroup
from retail_kit.quantities import Unit
from service_kit.graphql.enums import optional_list
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES
from service_kit.graphql.line_inputs import line_input
from service_kit.graphql.scalars import CurrencyCode


@line_input
@strawberry.input(description="An item as it is imported.")
class ItemsImportLineInput:
    """Replaces the item of the same SKU."""

    sku: str = strawberry.field(description="The stock keeping unit.")
    title: str = strawberry.field(description="The name for people.")
    category: str | None = strawberry.field(default=None, description="The category's code.")
    ean: str | None = strawberry.field(default=None, description="The barcode, digits only.")
    model: str | None = strawberry.field(
        default=None, description="The model that its sizes and colours share."
    )
    size: str | None = strawberry.field(default=None, description="The size.")
    colour: str | None = strawberry.field(default=None, description="The colour.")
    weight_grams: int | None = strawberry.field(default=None, description="The weight in grams.")
    image_url: str | None = strawberry.field(default=None, description="Where a picture is.")
    top_seller: bool = strawberry.field(
        default=False, description="Whether files of stock are read for it first."
    )
    unit: Unit = strawberry.field(
        default=Unit.PIECE,
        graphql_type=UNIT_OF_MEASURE_INPUT,
        description="What its quantities count; an item keeps its unit.",
    )
    release_at: datetime | None = strawberry.field(
        default=None,
        description="No unit leaves before this moment, even if it is there: it can be ordered.",
    )

    def to_item(self) -> Item:
        """Give the item as it was sent, unchecked."""
        return Item(
            sku=self.sku,
            title=self.title,
            category=self.category,
            ean=self.ean,
            model=self.model,
            size=self.size,
            colour=self.colour,
            weight_grams=self.weight_grams,
            image_url=self.image_url,
            top_seller=self.top_seller,
            unit=self.unit,
            release_at=self.release_at,
        )


@strawberry.input(description="Items to import.")
class ItemsImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[ItemsImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="A country, or a part of it, that a location delivers to.")
class DeliveryZoneInput:
    """A country and the beginnings of postcodes in it."""

    country: str = strawberry.field(description="The country (ISO 3166 alpha-2).")
    postcodes: list[str] | None = strawberry.field(
        default=None, description='How postcodes begin there, like "31"; none means all of it.'
    )


@strawberry.input(description="A location as it is imported.")
class LocationsImportLineInput:
    """Replaces the location of the same code."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    type: LocationType = strawberry.field(
        graphql_type=LOCATION_TYPE_INPUT, description="Whose shelves it has."
    )
    country: str = strawberry.field(description="The country (ISO 3166 alpha-2).")
    postcode: str | None = strawberry.field(default=None, description="The postcode.")
    city: str | None = strawberry.field(default=None, description="The city.")
    address_lines: list[str] | None = strawberry.field(
        default=None, description="The street, as on an envelope."
    )
    point: GeoPointInput | None = strawberry.field(default=None, description="Where it lies.")
    timezone: str = strawberry.field(default="UTC", description="The time zone (IANA).")
    opening_hours: list[DayHoursInput] | None = strawberry.field(
        default=None, description="When it is open; a day that is not named is closed."
    )
    breaks: list[DayHoursInput] | None = strawberry.field(
        default=None, description="When nobody is served although it is open."
    )
    closures: list[LocationClosureInput] | None = strawberry.field(
        default=None, description="When it is closed for once."
    )
    holiday_calendar: str | None = strawberry.field(
        default=None,
        description='The public holidays on which it is closed: "FR", or "FR-57" for a part.',
    )
    active: bool = strawberry.field(default=True, description="Whether its stock counts at all.")
    brands: list[str] | None = strawberry.field(
        default=None, description="The brands that it serves; none means every brand."
    )
    tags: list[str] | None = strawberry.field(
        default=None, description="Marks by which groups find it."
    )
    abilities: list[LocationAbility] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(LOCATION_ABILITY_INPUT),
        description="What it can do with its goods; if not given, every location ships, and shops"
        " and partners also hand goods over.",
    )
    delivery_zones: list[DeliveryZoneInput] | None = strawberry.field(
        default=None, description="Where it delivers to; none means everywhere."
    )
    lead_time_days: int = strawberry.field(
        default=0,
        description="Working days of its own from an order until its goods are ready to leave: "
        "days on which it opens, or Monday to Friday if it does not say when it is open.",
    )

    def to_location(self) -> Location:
        """Give the location as it was sent; refuse INVALID_INPUT off the globe."""
        point = self.point
        return Location(
            code=self.code,
            name=self.name,
            type=self.type,
            country=self.country,
            postcode=self.postcode,
            city=self.city,
            address_lines=tuple(self.address_lines or ()),
            point=None if point is None else point_of(point.latitude, point.longitude, "point"),
            timezone=self.timezone,
            schedule=Schedule(
                tuple(each.to_hours() for each in self.opening_hours or ()),
                tuple(each.to_hours() for each in self.breaks or ()),
                tuple(each.to_closure() for each in self.closures or ()),
                self.holiday_calendar,
            ),
            active=self.active,
            brands=frozenset(self.brands or ()),
            tags=frozenset(self.tags or ()),
            abilities=None if self.abilities is None else frozenset(self.abilities),
            delivery_zones=tuple(
                DeliveryZone(zone.country, tuple(zone.postcodes or ()))
                for zone in self.delivery_zones or ()
            ),
            lead_time_days=self.lead_time_days,
        )


@strawberry.input(description="Locations to import.")
class LocationsImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[LocationsImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="A group of locations as it is imported.")
class LocationGroupsImportLineInput:
    """Replaces the group of the same code; it holds what meets every selector that is given."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    location_codes: list[str] | None = strawberry.field(
        default=None, description="Only these locations; none means any."
    )
    location_types: list[LocationType] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(LOCATION_TYPE_INPUT),
        description="Only these types of location; none means any.",
    )
    tags: list[str] | None = strawberry.field(
        default=None, description="Only locations that bear one of these tags; none means any."
    )

    def to_group(self) -> SentGroup:
        """Give the group as it was sent, unchecked."""
        codes = tuple(each.strip() for each in self.location_codes or ())
        group = LocationGroup(
            self.code,
            self.name,
            frozenset(codes),
            frozenset(self.location_types or ()),
            frozenset(each.strip() for each in self.tags or ()),
        )
        return SentGroup(group, codes)


@strawberry.input(description="Groups of locations to import.")
class LocationGroupsImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[LocationGroupsImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="A channel as it is imported.")
class ChannelsImportLineInput:
    """Replaces the channel of the same code."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    currency: CurrencyCode = strawberry.field(description="The currency it sells in.")
    country: str = strawberry.field(description="The country it sells to (ISO 3166 alpha-2).")
    location_types: list[LocationType] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(LOCATION_TYPE_INPUT),
        description="The types of location it sells from; none means all.",
    )
    location_codes: list[str] | None = strawberry.field(
        default=None, description="The locations it sells from; none means all."
    )
    excluded_locations: list[str] | None = strawberry.field(
        default=None, description="The locations it never sells from."
    )
    active: bool = strawberry.field(default=True, description="Whether it sells at all.")
    brands: list[str] | None = strawberry.field(
        default=None,
        description="The brands that it sells: it sells from locations that serve one of them; "
        "none means every location.",
    )

    def to_channel(self) -> SentChannel:
        """Give the channel as it was sent, unchecked."""
        codes, excluded = tuple(self.location_codes or ()), tuple(self.excluded_locations or ())
        channel = Channel(
            code=self.code,
            name=self.name,
            currency=self.currency,
            country=self.country,
            location_types=frozenset(self.location_types or ()),
            location_codes=frozenset(codes),
            excluded_locations=frozenset(excluded),
            active=self.active,
            brands=frozenset(self.brands or ()),
        )
        return SentChannel(channel, codes, excluded)


@strawberry.input(description="Channels to import.")
class ChannelsImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[ChannelsImportLineInput] = strawberry.field(description=LINES)
