"""What clients give of reservations."""

from datetime import datetime

import strawberry

from inventory_svc.api.availability_types import point_of
from inventory_svc.api.enums import (
    DELIVERY_METHOD_INPUT,
    ORDER_TYPE_INPUT,
    RESERVATION_KIND_INPUT,
    SERVICE_LEVEL_INPUT,
    STOCK_CONDITION_INPUT,
)
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.directory import Destination
from inventory_svc.domain.rights import release_right
from inventory_svc.domain.rules.sale import OrderType, ServiceLevel
from inventory_svc.domain.stock.commands import (
    PeggedQuantity,
    WantedLine,
)
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.domain.stock.takeover import Takeover
from service_kit.commands.denials import invalid
from service_kit.graphql.enums import optional
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import KEY
from service_kit.identity.caller import Caller, CallerKind

CONDITION = "The state of the goods."


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
        default=None,
        description="The channel (code) by whose rules they are kept: a customer names one, and so "
        "does whoever names no location. Without one no rule of a channel counts.",
    )
    location_code: str | None = strawberry.field(
        default=None,
        description="Keep everything here, as far as it can be sold from here; else wherever the "
        "channel sells from.",
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


@strawberry.input(description="Who names reservations: they may only name what they may release.")
class ReservationNamerInput:
    """A caller of the service that asks."""

    subject: str = strawberry.field(description="The subject of their token.")
    roles: list[str] = strawberry.field(description="Their roles.")
    location_codes: list[str] = strawberry.field(description="Where they work.")

    def to_caller(self, asked_at: datetime) -> Caller:
        """Give the caller as they asked then."""
        grants = frozenset(f"location:{code}" for code in self.location_codes)
        return Caller(self.subject, CallerKind.USER, frozenset(self.roles), grants, asked_at)


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
    reservation_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Reservations that become the order's: what they keep of its lines goes to it "
        "first, and the rest of them is given back.",
    )
    named_by: ReservationNamerInput | None = strawberry.field(
        default=None,
        description="Who names the reservations; the service itself if not given.",
    )

    def to_takeover(self, caller: Caller) -> Takeover | None:
        """Give what becomes the order's; refuse INVALID_INPUT for what is named badly."""
        if not self.reservation_ids:
            return None
        paths = [("input", "reservationIds", str(at)) for at in range(len(self.reservation_ids))]
        named = [
            from_global_id(identifier, "Reservation", path)
            for identifier, path in zip(self.reservation_ids, paths, strict=True)
        ]
        for at, identifier in enumerate(named):
            if identifier in named[:at]:
                raise invalid("It is named before.", *paths[at])
        namer = caller if self.named_by is None else self.named_by.to_caller(caller.expires_at)
        return Takeover(tuple(named), release_right(namer))


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
