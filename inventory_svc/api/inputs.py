"""What clients give: the inputs of the mutations, and the domain's words for them."""

from datetime import datetime

import strawberry

from inventory_svc.api.availability_types import GeoPointInput, point_of
from inventory_svc.api.enums import (
    DELIVERY_METHOD_INPUT,
    LOCATION_ABILITY_INPUT,
    LOCATION_TYPE_INPUT,
    ORDER_TYPE_INPUT,
    RESERVATION_KIND_INPUT,
    SERVICE_LEVEL_INPUT,
    STOCK_ADJUST_REASON,
    STOCK_CONDITION_INPUT,
)
from inventory_svc.api.schedule_types import DayHoursInput, LocationClosureInput
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import DeliveryMethod, DeliveryZone, LocationAbility
from inventory_svc.domain.network.directory import Destination
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.schedule import Schedule
from inventory_svc.domain.rules.sale import OrderType, ServiceLevel
from inventory_svc.domain.stock.commands import (
    FeedMode,
    PeggedQuantity,
    RestockedLine,
    WantedLine,
)
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.use_cases.feeds.feed_lines import StockLine
from inventory_svc.use_cases.network.import_channels import SentChannel
from inventory_svc.use_cases.network.import_location_groups import SentGroup
from service_kit.commands.denials import invalid
from service_kit.graphql.enums import optional, optional_list
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES
from service_kit.graphql.line_inputs import line_input
from service_kit.graphql.scalars import CurrencyCode

CONDITION = "The state of the goods."


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


@line_input
@strawberry.input(description="One line of a stock feed.")
class StockImportLineInput:
    """Units of an item at a location."""

    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units, as `mode` says.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=CONDITION
    )
    snapshot_at: datetime | None = strawberry.field(
        default=None, description="When a snapshot was counted; now if not given."
    )

    def to_line(self) -> StockLine:
        """Give the line as it was sent, unchecked."""
        return StockLine(
            self.sku, self.location_code, self.quantity, self.condition, self.snapshot_at
        )


@strawberry.input(description="A stock feed.")
class StockImportInput:
    """Up to 1,000 lines, each for itself."""

    idempotency_key: str = strawberry.field(description=KEY)
    mode: FeedMode = strawberry.field(description="What the quantities mean.")
    lines: list[StockImportLineInput] = strawberry.field(description=LINES)
    source: str | None = strawberry.field(
        default=None,
        description="The code of the source that tells; its locations are fresh from then on, and "
        "it may not speak of others.",
    )


@strawberry.input(description="Goods that moved in or out of one position.")
class StockAdjustInput:
    """One movement of the ledger."""

    idempotency_key: str = strawberry.field(description=KEY)
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=CONDITION
    )
    quantity: int = strawberry.field(description="Units that came in, or went out when negative.")
    reason: AdjustmentReason = strawberry.field(
        graphql_type=STOCK_ADJUST_REASON, description="Why."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse when the position has another version."
    )


@strawberry.input(description="Units of an item to be kept.")
class ReservationLineInput:
    """A line of a reservation to be made."""

    line_id: str = strawberry.field(description="Names the line; each has its own.")
    sku: str = strawberry.field(description="The item.")
    quantity: int = strawberry.field(description="Units, at least 1.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=CONDITION
    )
    serial: str | None = strawberry.field(
        default=None,
        description="The one piece that is wanted, by its serial number; its condition counts, "
        "whatever `condition` says.",
    )


def wanted_lines(lines: list[ReservationLineInput]) -> tuple[WantedLine, ...]:
    """Give the lines in the domain's words."""
    return tuple(
        WantedLine(
            line.line_id,
            line.sku.strip(),
            line.quantity,
            line.condition,
            None if line.serial is None else line.serial.strip(),
        )
        for line in lines
    )


@strawberry.input(description="Goods to be kept for somebody.")
class ReservationCreateInput:
    """All lines are kept, or none."""

    idempotency_key: str = strawberry.field(description=KEY)
    kind: ReservationKind = strawberry.field(
        graphql_type=RESERVATION_KIND_INPUT, description="What they are for."
    )
    channel: str | None = strawberry.field(
        default=None, description="The channel's code; needed when no location is named."
    )
    location_code: str | None = strawberry.field(
        default=None, description="Keep everything here; else wherever the channel sells from."
    )
    hold_seconds: int | None = strawberry.field(
        default=None, description="How long; the usual time of the kind if not given."
    )
    delivery_method: DeliveryMethod | None = strawberry.field(
        default=None,
        graphql_type=optional(DELIVERY_METHOD_INPUT),
        description="How the goods reach the customer; if not given, what is kept in a shop is "
        "collected and anything else is delivered.",
    )
    service_level: ServiceLevel = strawberry.field(
        default=ServiceLevel.STANDARD,
        graphql_type=SERVICE_LEVEL_INPUT,
        description="How fast the customer wants it.",
    )
    lines: list[ReservationLineInput] = strawberry.field(description="What is to be kept.")
    accept_until: datetime | None = strawberry.field(
        default=None,
        description="Accept goods that are on their way, if they are there by then; only what is "
        "there already if not given.",
    )


@strawberry.input(description="A reservation to be given back.")
class ReservationReleaseInput:
    """Everything that it still keeps."""

    idempotency_key: str = strawberry.field(description=KEY)
    reservation_id: strawberry.ID = strawberry.field(description="The reservation.")


@strawberry.input(description="Where an order goes, as precisely as it is known.")
class AllocationDestinationInput:
    """A point, or a postcode that stands for one."""

    country: str | None = strawberry.field(
        default=None, description="The country (ISO 3166 alpha-2)."
    )
    postcode: str | None = strawberry.field(default=None, description="The postcode.")
    latitude: float | None = strawberry.field(default=None, description="Degrees north.")
    longitude: float | None = strawberry.field(default=None, description="Degrees east.")

    def to_destination(self) -> Destination:
        """Give the destination; refuse INVALID_INPUT off the globe or for half a point."""
        point = None
        if (self.latitude is None) is not (self.longitude is None):
            raise invalid("A point has a latitude and a longitude.", "input", "destination")
        if self.latitude is not None and self.longitude is not None:
            point = point_of(self.latitude, self.longitude, "input", "destination")
        return Destination(point, self.country, self.postcode)


@strawberry.input(description="Stock to be chosen and reserved for an order.")
class ReservationAllocateInput:
    """All lines are allocated, or none."""

    idempotency_key: str = strawberry.field(
        description="Names this allocation of the order, whoever asks and on whose behalf."
    )
    order_id: strawberry.ID = strawberry.field(description="The order.")
    channel: str = strawberry.field(description="The channel's code.")
    destination: AllocationDestinationInput | None = strawberry.field(
        default=None, description="Where it goes; nearer locations come first."
    )
    lines: list[ReservationLineInput] = strawberry.field(description="What is needed.")
    excluded_locations: list[str] | None = strawberry.field(
        default=None, description="Locations not to take from, by code."
    )
    delivery_method: DeliveryMethod = strawberry.field(
        default=DeliveryMethod.HOME,
        graphql_type=DELIVERY_METHOD_INPUT,
        description="How the goods reach the customer.",
    )
    service_level: ServiceLevel = strawberry.field(
        default=ServiceLevel.STANDARD,
        graphql_type=SERVICE_LEVEL_INPUT,
        description="How fast the customer wants it.",
    )
    order_type: OrderType = strawberry.field(
        default=OrderType.ORDER,
        graphql_type=ORDER_TYPE_INPUT,
        description="What kind of promise they are for.",
    )
    accept_until: datetime | None = strawberry.field(
        default=None,
        description="Accept goods that are on their way, if they are there by then; only what is "
        "there already if not given.",
    )


@strawberry.input(description="Units of a line of a reservation at one location.")
class PeggedLineInput:
    """A row of the reservation, and how many of its units."""

    line_id: str = strawberry.field(description="The line.")
    location_code: str = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units, at least 1.")


def pegged_lines(lines: list[PeggedLineInput]) -> tuple[PeggedQuantity, ...]:
    """Give the lines in the domain's words."""
    return tuple(PeggedQuantity(line.line_id, line.location_code, line.quantity) for line in lines)


@strawberry.input(description="Reserved goods that have left.")
class ReservationConsumeInput:
    """On hand goes down and the reservation is fulfilled by as much."""

    idempotency_key: str = strawberry.field(description=KEY)
    reservation_id: strawberry.ID = strawberry.field(description="The reservation.")
    lines: list[PeggedLineInput] = strawberry.field(description="What has left from where.")


@strawberry.input(description="Reserved goods to be given back.")
class ReservationReleaseLinesInput:
    """Names a reservation; or, when its outcome is unknown, an allocation by order and key."""

    idempotency_key: str = strawberry.field(description=KEY)
    reservation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The reservation."
    )
    order_id: strawberry.ID | None = strawberry.field(
        default=None, description="The order of the allocation that `allocationKey` names."
    )
    allocation_key: str | None = strawberry.field(
        default=None,
        description="The key of an allocation: it is released, or refused if it comes later.",
    )
    lines: list[PeggedLineInput] | None = strawberry.field(
        default=None, description="What is given back; everything that is kept if not given."
    )


@strawberry.input(description="Reserved goods that were not found.")
class ReservationReportShortInput:
    """The position becomes what was counted plus what is still kept there."""

    idempotency_key: str = strawberry.field(description=KEY)
    reservation_id: strawberry.ID = strawberry.field(description="The reservation.")
    line_id: str = strawberry.field(description="The line.")
    location_code: str = strawberry.field(description="The location.")
    missing_quantity: int = strawberry.field(description="Units of the line that are missing.")
    counted: int = strawberry.field(
        default=0, description="Units found that are not kept for anybody."
    )


@strawberry.input(description="Units of a return that can be sold again.")
class RestockedLineInput:
    """What, where and in which state."""

    line_id: str = strawberry.field(description="The line of the return, as returns call it.")
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    quantity: int = strawberry.field(description="Units, from 1.")
    condition: Condition = strawberry.field(
        default=Condition.NEW,
        graphql_type=STOCK_CONDITION_INPUT,
        description="The state of the goods.",
    )

    def line(self) -> RestockedLine:
        """The line as the stock knows it."""
        position = PositionKey(self.sku, self.location_code, self.condition)
        return RestockedLine(self.line_id, position, self.quantity)


@strawberry.input(description="Units that customers gave back.")
class StockRestockInput:
    """On hand goes up, for all the lines or none."""

    idempotency_key: str = strawberry.field(description=KEY)
    return_id: str = strawberry.field(description="The return, as returns call it.")
    lines: list[RestockedLineInput] = strawberry.field(description="What can be sold again.")
