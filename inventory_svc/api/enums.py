"""The enums of the graph. One is either answered or given: those that are both have two names."""

from collections.abc import Mapping
from enum import Enum

from inventory_svc.domain.alerts.alert import AlertKind, AlertState
from inventory_svc.domain.back_in_stock.registration import RegistrationState
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod, LocationAbility
from inventory_svc.domain.network.location import LocationType
from inventory_svc.domain.network.schedule import Weekday
from inventory_svc.domain.refusals import StockRefusal
from inventory_svc.domain.rules.rule import RuleKind
from inventory_svc.domain.rules.sale import OrderType, ServiceLevel
from inventory_svc.domain.stock.availability.answer import AvailabilityRule
from inventory_svc.domain.stock.availability.future import AvailabilityKind
from inventory_svc.domain.stock.crossings import Crossing
from inventory_svc.domain.stock.inbound.supply import InboundKind, InboundState
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.reservation import ReservationKind, ReservationState
from inventory_svc.domain.stock.unavailable import Disposition
from retail_kit.quantities import Unit
from service_kit.commands.refusal import SHARED_CODES
from service_kit.graphql.enums import as_input, described
from service_kit.graphql.payloads import error_codes


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
    LOCATION_NOT_SELLING = "LOCATION_NOT_SELLING"
    TOO_MANY_KEPT = "TOO_MANY_KEPT"
    NEGATIVE_STOCK = "NEGATIVE_STOCK"
    STALE_SNAPSHOT = "STALE_SNAPSHOT"
    UNKNOWN_SKU = "UNKNOWN_SKU"
    UNKNOWN_LOCATION = "UNKNOWN_LOCATION"
    UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
    UNKNOWN_GROUP = "UNKNOWN_GROUP"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    UNKNOWN_RULE = "UNKNOWN_RULE"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    RULES_OVERLAP = "RULES_OVERLAP"
    UNKNOWN_SUPPLIER = "UNKNOWN_SUPPLIER"
    UNKNOWN_INBOUND = "UNKNOWN_INBOUND"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    LOCATION_NOT_OF_SOURCE = "LOCATION_NOT_OF_SOURCE"
    FEED_LINE_SETTLED = "FEED_LINE_SETTLED"
    RESERVATION_TOMBSTONED = "RESERVATION_TOMBSTONED"
    RESERVATION_LINE_EXCEEDED = "RESERVATION_LINE_EXCEEDED"
    RESERVATION_ENDED = "RESERVATION_ENDED"
    RESERVATION_DOES_NOT_FIT = "RESERVATION_DOES_NOT_FIT"
    WRONG_UNIT = "WRONG_UNIT"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    UNIT_NOT_AVAILABLE = "UNIT_NOT_AVAILABLE"
    UNIT_STEP_NOT_ALLOWED = "UNIT_STEP_NOT_ALLOWED"
    TAG_TAKEN = "TAG_TAKEN"
    PIECES_ON_HAND = "PIECES_ON_HAND"


STOCK_CODES: Mapping[StockRefusal, str] = {
    StockRefusal.INSUFFICIENT_STOCK: "Fewer units can be promised than are wanted.",
    StockRefusal.LOCATION_NOT_SELLING: "Nothing is sold from the location like this; `params` "
    "holds the reason: INACTIVE, STALE, NOT_OF_CHANNEL or NOT_SERVING (the delivery method).",
    StockRefusal.TOO_MANY_KEPT: "More would be kept for one customer than there may be at a time; "
    "`params` holds requested, kept and most, and the sku if it is of one item, or the unit if it "
    "is of all that is measured in it.",
    StockRefusal.NEGATIVE_STOCK: "More would leave, or be declared, than there is.",
    StockRefusal.STALE_SNAPSHOT: "A later count of this position is already known.",
    StockRefusal.UNKNOWN_SKU: "No item has this SKU.",
    StockRefusal.UNKNOWN_LOCATION: "No location has this code.",
    StockRefusal.UNKNOWN_CHANNEL: "No channel has this code.",
    StockRefusal.UNKNOWN_GROUP: "No group of locations has this code.",
    StockRefusal.UNKNOWN_CATEGORY: "No item is of this category.",
    StockRefusal.UNKNOWN_RULE: "No rule of the current version has this code.",
    StockRefusal.UNKNOWN_VERSION: "The rules never had this version.",
    StockRefusal.RULES_OVERLAP: "Another rule of the kind has the same scope at the same time.",
    StockRefusal.UNKNOWN_SUPPLIER: "No supplier has this code.",
    StockRefusal.UNKNOWN_INBOUND: "Nobody announced such a supply.",
    StockRefusal.UNKNOWN_SOURCE: "No source of stock has this code.",
    StockRefusal.LOCATION_NOT_OF_SOURCE: "The source does not tell of the stock of this location.",
    StockRefusal.FEED_LINE_SETTLED: "The refused line has been corrected or discarded.",
    StockRefusal.RESERVATION_TOMBSTONED: "The allocation was released before it arrived.",
    StockRefusal.RESERVATION_LINE_EXCEEDED: "More units are named than the reservation keeps.",
    StockRefusal.RESERVATION_ENDED: "The reservation was sold or given back; `params.state` says "
    "which.",
    StockRefusal.RESERVATION_DOES_NOT_FIT: "The reservation keeps nothing of what is wanted where "
    "it may come from, or is another channel's.",
    StockRefusal.WRONG_UNIT: "The item is counted in another unit; `params.expected` is its own.",
    StockRefusal.UNKNOWN_UNIT: "No piece has this serial number, or bears this tag.",
    StockRefusal.UNIT_NOT_AVAILABLE: "The piece is somebody's, elsewhere, or not sold from there;"
    " `params.state` is its state.",
    StockRefusal.UNIT_STEP_NOT_ALLOWED: "This cannot happen to the piece as it is, or not there; "
    "`params.state` is its state, `params.locationCode` where it is or was last.",
    StockRefusal.TAG_TAKEN: "Another piece bears this tag.",
    StockRefusal.PIECES_ON_HAND: "Fewer units would be on hand than pieces are known there by "
    "their serial number.",
}
if {each.value for each in ErrorCode} != {*SHARED_CODES, *StockRefusal}:
    raise RuntimeError("ErrorCode and the refusals of inventory differ.")
error_codes(ErrorCode, {code.value: text for code, text in STOCK_CODES.items()})


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
_UNITS = {
    "PIECE": "Single things.",
    "GRAM": "Grams.",
    "MILLILITRE": "Millilitres.",
    "MILLIMETRE": "Millimetres.",
}
_RESERVATION_KINDS = {
    "CART": "For a basket; minutes.",
    "E_RESERVATION": "Kept in a shop without payment; days.",
    "ORDER": "For an order; until it is shipped or cancelled.",
    "APPOINTMENT": "For a visit; until it is over.",
    "EXCHANGE": "In place of goods that are to be brought back; days.",
    "BOX": "For a box that is put together; until all of it is there.",
}
_DISPOSITIONS = {
    "DAMAGED": "Broken or soiled.",
    "DECLARED_MISSING": "Looked for and not found; the books still have them.",
    "QUALITY_CONTROL": "To be checked before they may be sold.",
    "SALE_IN_PROGRESS": "In somebody's hands at the till; a sale there takes them off.",
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
described(
    Weekday,
    "Weekday",
    "A day of the week.",
    {day.value: f"{day.value.capitalize()}." for day in Weekday},
)
described(
    LocationAbility,
    "LocationAbility",
    "What a location can do with its goods.",
    {"SHIP": "Send parcels.", "COLLECT": "Hand goods over to customers who come."},
)
described(
    DeliveryMethod,
    "DeliveryMethod",
    "How goods reach the customer.",
    {"HOME": "Delivered to an address.", "PICKUP": "Collected where they are."},
)
described(Condition, "StockCondition", "The state of the goods.", _CONDITIONS)
described(Unit, "UnitOfMeasure", "What the quantities of an item count.", _UNITS)
described(ReservationKind, "ReservationKind", "What goods are kept for.", _RESERVATION_KINDS)
described(Disposition, "StockDisposition", "Why units on hand cannot be sold.", _DISPOSITIONS)
described(AdjustmentReason, "StockReason", "Why a position was corrected.", _REASONS)
described(
    ReservationState,
    "ReservationState",
    "Where a reservation stands.",
    {
        "ACTIVE": "It keeps goods.",
        "CONSUMED": "What it kept was sold, at least in part; nothing is kept any more.",
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
        "RETURN": "Units that a customer gave back can be sold again.",
        "DECLARED": "The location said that units cannot be sold, or that they can again.",
        "COUNTED": "The location counted, since units were not found.",
        "RECEIVED": "Units that were on their way have come.",
        "RENTED": "A piece was rented out.",
        "REFURBISHED": "A piece that was rented out is for sale again, as it was judged.",
        "CONVERTED": "Units kept for somebody became an order's, which keeps them from then on.",
    },
)
described(
    ServiceLevel,
    "ServiceLevel",
    "How fast the customer wants it.",
    {"STANDARD": "As usual.", "EXPRESS": "Faster than usual.", "SAME_DAY": "Today."},
)
described(
    OrderType,
    "StockOrderType",
    "What kind of promise goods are for.",
    {
        "ORDER": "An order.",
        "E_RESERVATION": "Kept in a shop without payment.",
        "APPOINTMENT": "Kept for a visit.",
        "STORE_SALE": "Sold over the counter.",
    },
)
described(
    RuleKind,
    "StockRuleKind",
    "What a rule of the stock decides; rules of different kinds never compete.",
    {
        "EXPOSURE": "Whether goods may be sold.",
        "PROTECTION": "How many units of each location are not sold.",
        "SHARE": "Which part of the stock may be sold.",
        "DEFERRAL": "How long before its arrival stock may be sold.",
    },
)
described(
    AvailabilityKind,
    "AvailabilityKind",
    "Where the first unit is that can be had of an item.",
    {
        "IN_STOCK": "There, and it can leave at once.",
        "AT_SUPPLIER": "There, at a location with a lead time.",
        "BACKORDER": "On order or in transit.",
        "PREORDER": "Not on order yet, and promised by a quota.",
    },
)
described(
    AvailabilityRule,
    "AvailabilityRule",
    "A step from the shelves to what can be sold, in the order in which they apply.",
    {
        "PHYSICAL_STOCK": "Units on hand anywhere.",
        "OUT_OF_SCOPE": "Units at locations that the channel, the brand, the group, the delivery"
        " zone or the request leaves out.",
        "EXPOSURE": "Units that a rule does not expose to the channel in this way.",
        "UNAVAILABLE": "Units that their location declared not to be sellable.",
        "HARD_ALLOCATIONS": "Units kept for orders.",
        "SOFT_HOLDS": "Units held for a time that is not over.",
        "PROTECTION": "Units that the most specific rule of a location protects.",
        "NEVER_BELOW_ZERO": "What a location has promised beyond its shelves burdens no other.",
        "SHARE": "Units beyond the share that a rule gives, taken once for all its locations.",
    },
)

described(
    InboundKind,
    "InboundKind",
    "What is on its way.",
    {
        "PURCHASE_ORDER": "Goods ordered from a supplier.",
        "TRANSFER": "Goods sent by another location.",
        "PREORDER": "A number of units that may be sold before anything is on order.",
    },
)
described(
    InboundState,
    "InboundState",
    "Where a supply stands.",
    {
        "EXPECTED": "Something is still to come.",
        "RECEIVED": "All of it has come.",
        "CANCELLED": "Nothing more of it will come.",
    },
)

INBOUND_KIND_INPUT = as_input(
    InboundKind, "InboundKindInput", "What announces goods.", without=[InboundKind.PREORDER]
)
_ALERT_KINDS = {
    "LOW_STOCK": "An item runs low.",
    "STALE_SOURCE": "A source has not told of its stock for too long.",
    "HELD_FILE": "Somebody has to say whether a file of stock is the whole truth.",
}
described(AlertKind, "StockAlertKind", "What people are told.", _ALERT_KINDS)
_ALERT_STATES = {
    "RAISED": "Somebody should act.",
    "CLEARED": "The reason is gone; it may be raised again.",
}
described(AlertState, "StockAlertState", "Whether the reason still holds.", _ALERT_STATES)
ALERT_KIND_INPUT = as_input(AlertKind, "StockAlertKindFilter", "What people are told.")
ALERT_STATE_INPUT = as_input(AlertState, "StockAlertStateFilter", "Whether the reason still holds.")
described(
    RegistrationState,
    "BackInStockState",
    "Where a registration stands.",
    {
        "WAITING": "The person is told when it is their turn.",
        "TOLD": "The person was told.",
        "WITHDRAWN": "The person does not want to be told any more.",
        "EXPIRED": "Its time was over before the item was back.",
    },
)
LOCATION_TYPE_INPUT = as_input(LocationType, "LocationTypeInput", "Whose shelves it has.")
LOCATION_ABILITY_INPUT = as_input(
    LocationAbility, "LocationAbilityInput", "What a location can do with its goods."
)
DELIVERY_METHOD_INPUT = as_input(
    DeliveryMethod, "DeliveryMethodFilter", "How goods shall reach the customer."
)
SERVICE_LEVEL_INPUT = as_input(
    ServiceLevel, "ServiceLevelFilter", "How fast the customer wants it."
)
ORDER_TYPE_INPUT = as_input(
    OrderType, "StockOrderTypeFilter", "What kind of promise goods are for."
)
RULE_KIND_INPUT = as_input(RuleKind, "StockRuleKindFilter", "What a rule of the stock decides.")
WEEKDAY_INPUT = as_input(Weekday, "WeekdayInput", "A day of the week.")
STOCK_CONDITION_INPUT = as_input(Condition, "StockConditionInput", "The state of the goods.")
UNIT_OF_MEASURE_INPUT = as_input(
    Unit, "UnitOfMeasureInput", "What the quantities of an item count."
)
STOCK_DISPOSITION_INPUT = as_input(
    Disposition, "StockDispositionInput", "Why units on hand cannot be sold."
)
RESERVATION_KIND_INPUT = as_input(
    ReservationKind, "ReservationKindInput", "What goods are kept for."
)
STOCK_ADJUST_REASON = as_input(
    AdjustmentReason, "StockAdjustReason", "Why a position is corrected."
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
