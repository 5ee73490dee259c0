"""The enums of the graph. One is either read or given, so those that are both have two names."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from inventory_svc.domain.line_results import LineStatus
from inventory_svc.domain.network.location import LocationType
from inventory_svc.domain.refusals import StockRefusal
from inventory_svc.domain.stock.availability import AvailabilityRule
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.crossings import Crossing
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.position import Condition
from inventory_svc.domain.stock.reservation import ReservationKind, ReservationState
from service_kit.commands.refusal import SHARED_CODES
from service_kit.graphql.payloads import error_codes

EnumT = TypeVar("EnumT", bound=Enum)


def described(
    enum: type[EnumT], name: str, description: str, values: Mapping[str, str]
) -> type[EnumT]:
    """Make a plain Enum a GraphQL enum with a description for every value, and give it back."""
    strawberry.enum(enum, name=name, description=description)
    definition: StrawberryEnumDefinition = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[value.name]
    return enum


class ErrorCode(Enum):
    """Every code that inventory answers."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IN_PROGRESS = "IN_PROGRESS"
    UNAVAILABLE = "UNAVAILABLE"
    INSUFFICIENT_STOCK = "INSUFFICIENT_STOCK"
    NEGATIVE_STOCK = "NEGATIVE_STOCK"
    STALE_SNAPSHOT = "STALE_SNAPSHOT"
    UNKNOWN_SKU = "UNKNOWN_SKU"
    UNKNOWN_LOCATION = "UNKNOWN_LOCATION"
    UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
    RESERVATION_TOMBSTONED = "RESERVATION_TOMBSTONED"
    RESERVATION_EXPIRED = "RESERVATION_EXPIRED"
    RESERVATION_LINE_EXCEEDED = "RESERVATION_LINE_EXCEEDED"


STOCK_CODES: Mapping[StockRefusal, str] = {
    StockRefusal.INSUFFICIENT_STOCK: "Fewer units can be promised than are wanted.",
    StockRefusal.NEGATIVE_STOCK: "More would leave than is on hand.",
    StockRefusal.STALE_SNAPSHOT: "A later count of this position is already known.",
    StockRefusal.UNKNOWN_SKU: "No item has this SKU.",
    StockRefusal.UNKNOWN_LOCATION: "No location has this code.",
    StockRefusal.UNKNOWN_CHANNEL: "No channel has this code.",
    StockRefusal.RESERVATION_TOMBSTONED: "The allocation was released before it arrived.",
    StockRefusal.RESERVATION_EXPIRED: "The time of the reservation is over.",
    StockRefusal.RESERVATION_LINE_EXCEEDED: "More units are named than the reservation keeps.",
}
if {each.value for each in ErrorCode} != {*SHARED_CODES, *StockRefusal}:
    raise RuntimeError("ErrorCode and the refusals of inventory differ.")
error_codes(ErrorCode, {code.value: text for code, text in STOCK_CODES.items()})


class LocationTypeInput(Enum):
    """LocationType as it is given."""

    WAREHOUSE = LocationType.WAREHOUSE
    STORE = LocationType.STORE
    SUPPLIER = LocationType.SUPPLIER
    PARTNER = LocationType.PARTNER


class StockConditionInput(Enum):
    """Condition as it is given."""

    NEW = Condition.NEW
    REFURBISHED = Condition.REFURBISHED
    USED_A = Condition.USED_A
    USED_B = Condition.USED_B
    USED_C = Condition.USED_C


class ReservationKindInput(Enum):
    """ReservationKind as it is given."""

    CART = ReservationKind.CART
    E_RESERVATION = ReservationKind.E_RESERVATION
    ORDER = ReservationKind.ORDER
    APPOINTMENT = ReservationKind.APPOINTMENT


class StockAdjustReason(Enum):
    """AdjustmentReason as it is given."""

    SALE = AdjustmentReason.SALE
    RECEIPT = AdjustmentReason.RECEIPT
    CUSTOMER_RETURN = AdjustmentReason.CUSTOMER_RETURN
    TRANSFER = AdjustmentReason.TRANSFER
    LOSS = AdjustmentReason.LOSS
    FOUND = AdjustmentReason.FOUND
    CORRECTION = AdjustmentReason.CORRECTION


class ReservationActionName(Enum):
    """What may be done to a reservation."""

    CONSUME = "CONSUME"
    RELEASE = "RELEASE"
    REPORT_SHORT = "REPORT_SHORT"


_LOCATION_TYPES = {
    "WAREHOUSE": "A place that only stores and ships.",
    "STORE": "A shop.",
    "SUPPLIER": "A supplier who ships for the retailer.",
    "PARTNER": "A partner or franchisee with stock of their own.",
}
_CONDITIONS = {
    "NEW": "Never sold.",
    "REFURBISHED": "Repaired and checked, sold as such.",
    "USED_A": "Second hand, like new.",
    "USED_B": "Second hand, with small traces of wear.",
    "USED_C": "Second hand, visibly worn.",
}
_RESERVATION_KINDS = {
    "CART": "For a basket; minutes.",
    "E_RESERVATION": "Kept in a shop without payment; days.",
    "ORDER": "For an order; until it is shipped or cancelled.",
    "APPOINTMENT": "For a visit; until it is over.",
}
_REASONS = {
    "SALE": "Sold over the counter.",
    "RECEIPT": "Goods received.",
    "CUSTOMER_RETURN": "Brought back and sellable.",
    "TRANSFER": "Sent to or received from another location.",
    "LOSS": "Lost, stolen or broken.",
    "FOUND": "Found again.",
    "CORRECTION": "A wrong count put right.",
}
described(LocationType, "LocationType", "Whose shelves a location has.", _LOCATION_TYPES)
described(LocationTypeInput, "LocationTypeInput", "Whose shelves it has.", _LOCATION_TYPES)
described(Condition, "StockCondition", "The state of the goods.", _CONDITIONS)
described(StockConditionInput, "StockConditionInput", "The state of the goods.", _CONDITIONS)
described(ReservationKind, "ReservationKind", "What goods are kept for.", _RESERVATION_KINDS)
described(
    ReservationKindInput, "ReservationKindInput", "What goods are kept for.", _RESERVATION_KINDS
)
described(AdjustmentReason, "StockReason", "Why a position was corrected.", _REASONS)
described(StockAdjustReason, "StockAdjustReason", "Why a position is corrected.", _REASONS)
described(
    ReservationState,
    "ReservationState",
    "Where a reservation stands.",
    {
        "ACTIVE": "It keeps goods.",
        "CONSUMED": "What it kept has left, at least in part; nothing is kept any more.",
        "RELEASED": "It was given back.",
        "EXPIRED": "Its time is over.",
    },
)
described(
    ReservationActionName,
    "ReservationActionName",
    "What may be done to a reservation.",
    {
        "CONSUME": "Say that goods have left.",
        "RELEASE": "Give goods back.",
        "REPORT_SHORT": "Say that goods were not found.",
    },
)
described(
    MovementKind,
    "StockMovementKind",
    "What happened to the stock.",
    {
        "SNAPSHOT": "A count replaced what was believed.",
        "DELTA": "A feed told of goods in or out.",
        "ADJUSTED": "Somebody, or a till, corrected the position.",
        "HELD": "Units were kept for a soft reservation.",
        "ALLOCATED": "Units were kept for an order.",
        "CONSUMED": "Reserved units left.",
        "RELEASED": "Reserved units were given back.",
        "EXPIRED": "The time of a soft reservation was over.",
        "SHORT": "Reserved units were not found.",
    },
)
described(
    AvailabilityRule,
    "AvailabilityRule",
    "A step from the shelves to what can be sold, in the order in which they apply.",
    {
        "PHYSICAL_STOCK": "Units on hand anywhere.",
        "OUT_OF_SCOPE": "Units at locations that the channel or the request leaves out.",
        "HARD_ALLOCATIONS": "Units kept for orders.",
        "SOFT_HOLDS": "Units held for a time that is not over.",
        "NEVER_BELOW_ZERO": "What a location has promised beyond its shelves burdens no other.",
    },
)
described(
    FeedMode,
    "StockImportMode",
    "What the quantity of a line means.",
    {
        "SNAPSHOT": "Units counted at `snapshotAt`; what moved since is added, reservations stay.",
        "DELTA": "Units that came in, or went out when negative.",
    },
)
described(
    LineStatus,
    "InventoryLineStatus",
    "What became of one line of an import.",
    {
        "APPLIED": "It was written.",
        "UNCHANGED": "It said what was known.",
        "REJECTED": "It was refused; `userErrors` say why.",
    },
)

described(
    Crossing,
    "AvailabilityCrossing",
    "Which line a change of availability crossed.",
    {
        "SOLD_OUT": "Nothing can be promised any more.",
        "BACK_IN_STOCK": "Something can be promised again.",
        "BAND": "The number entered another band: from 1, 5, 20 or 100 units on.",
        "NONE": "The number stays in its band.",
    },
)
