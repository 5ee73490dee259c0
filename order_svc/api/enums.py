"""The enums of the graph, each value described; an enum is either input or output."""

from enum import Enum

from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.history.sections import OrderUpdateType, QueueChangeType
from order_svc.domain.lifecycles.actions import Action, Hindrance
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.order_status import FOLD, CustomerStatus, OrderStatus
from order_svc.domain.lifecycles.parcel_state import ParcelState
from order_svc.domain.lifecycles.payment_state import PaymentState, RefundState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import PriceSource
from order_svc.domain.orders.cancelling import CancelReason
from order_svc.domain.orders.change import Happening, SubjectType
from order_svc.domain.orders.order import DeliveryMethod
from order_svc.domain.payments.payment import OperationKind, OperationState, PaymentMethod
from order_svc.domain.payments.refund import RefundReason
from order_svc.domain.refusals import OWN_CODES
from service_kit.commands.refusal import SHARED_CODES
from service_kit.graphql.enums import as_input, described
from service_kit.graphql.payloads import error_codes

_STATUS = """What an order, or a line, is at as a whole.

It is never set: it is folded from the states of the units that are not cancelled, and the first
of these rows that holds gives it."""


def _fold_in_words() -> str:
    """The published table of the fold, as it is applied."""
    rows = []
    for row in FOLD:
        if row.some:
            when = f"some are {_listed(row.some)}"
        elif len(row.every) == len(SliceState):
            when = "otherwise"
        else:
            when = f"all are {_listed(row.every)}" if row.every else "none are left"
        rows.append(f"- {row.status}: {when}")
    return "\n".join(rows)


def _listed(states: frozenset[SliceState]) -> str:
    return " or ".join(state for state in SliceState if state in states)


_STATUSES = {
    "PLACING": "Its stock is being reserved; it is open, or gone, in a moment.",
    "OPEN": "Placed; no location has begun to prepare it.",
    "IN_PROGRESS": "A location is picking or packing.",
    "PARTIALLY_SHIPPED": "Something has left, something has not.",
    "SHIPPED": "Everything that is not cancelled has left.",
    "PARTIALLY_DELIVERED": "Something has arrived, something has not.",
    "DELIVERED": "Everything that is not cancelled has arrived.",
    "RETURNED": "Everything that is not cancelled has come back.",
    "CANCELLED": "All of it is cancelled.",
}
_FULFILMENT_STATES = {
    "ASSIGNED": "The location has been asked, and has not begun.",
    "PICKING": "Goods are being taken from the shelves.",
    "PICKED": "All goods are taken, some are not packed.",
    "PACKED": "All goods are in parcels, some have not left.",
    "HANDED_OVER": "Everything has left.",
    "SHORT": "The location had none of it; other locations were asked.",
    "CANCELLED": "Nothing of it is wanted any more.",
}
_METHODS = {"HOME": "To an address."}
_SHORTAGES = {
    "NOT_FOUND": "It is not where the stock says.",
    "DAMAGED": "It is there but not fit to be sold.",
    "WORN_DISPLAY": "It is there but was worn or used for display.",
}

described(OrderStatus, "OrderStatus", f"{_STATUS}\n\n{_fold_in_words()}", _STATUSES)
described(
    CustomerStatus,
    "CustomerStatus",
    "The status in the few words that a customer is told.",
    {
        "VALIDATED": "The order is taken.",
        "IN_PREPARATION": "The order is being prepared.",
        "SHIPPED": "The order is on its way.",
        "DELIVERED": "The order has arrived.",
        "RETURNED": "The order was sent back.",
        "CANCELLED": "The order is cancelled.",
    },
)
described(
    SliceState,
    "OrderLineState",
    "How far some units of a line have come.",
    {
        "PLACED": "Ordered; stock is being reserved.",
        "SOURCING": "A location with stock is sought.",
        "ALLOCATED": "A location has it reserved, and has not begun.",
        "BACKORDERED": "No location has it; it waits for supply.",
        "UNFILLABLE": "No location has it, and it does not wait.",
        "PICKING": "A location is taking it from the shelves.",
        "SHORT": "A location has found it missing.",
        "PICKED": "Taken from the shelves.",
        "PACKED": "In a parcel.",
        "SHIPPED": "Given to the carrier.",
        "DELIVERED": "Arrived.",
        "RETURN_DECLARED": "Arrived; a return of it is declared.",
        "RETURNED": "Given back.",
        "CANCELLED": "Not wanted any more.",
    },
)
described(
    FulfilmentState,
    "FulfilmentState",
    "How far a location has come with its part of an order.",
    _FULFILMENT_STATES,
)
described(
    ParcelState,
    "ParcelState",
    "Where a parcel is.",
    {
        "DRAFT": "Packed, at the location.",
        "HANDED_OVER": "Given to the carrier.",
        "DELIVERED": "Arrived.",
        "CANCELLED": "Nothing in it is wanted any more.",
    },
)
described(
    PriceSource,
    "PriceSource",
    "Where a price comes from.",
    {
        "PRICE_BOOK": "From the price book of the channel.",
        "GIVEN": "Given with the order by somebody who may.",
        "PIECE": "The ordered piece's own.",
    },
)
described(DeliveryMethod, "DeliveryMethod", "How the goods reach the customer.", _METHODS)
described(ShortReason, "ShortageReason", "Why goods could not be provided.", _SHORTAGES)
described(
    Action,
    "ActionName",
    "Something that can be done with an entity, named as its mutation is.",
    {
        "ORDER_CANCEL": "Cancel the whole order: `orderCancel`.",
        "ORDER_LINE_CANCEL": "Cancel units of the line: `orderLineCancel`.",
        "ORDER_LINE_SOURCE": "Look for stock again: `orderLineSource`.",
        "FULFILMENT_PICK": "Record picking: `fulfilmentPick`.",
        "FULFILMENT_PACK": "Pack parcels: `fulfilmentPack`.",
        "FULFILMENT_SHIP": "Hand parcels over: `fulfilmentShip`.",
        "PARCEL_DELIVER": "Record the delivery: `parcelDeliver`.",
        "ORDER_REFUND": "Give money back: `orderRefund`.",
    },
)
described(
    Hindrance,
    "ActionHindrance",
    "Why an action is not possible now.",
    {
        "PLACEMENT_IN_PROGRESS": "The order is still being placed.",
        "ALREADY_CANCELLED": "It is cancelled.",
        "ALREADY_SHIPPED": "Goods have left.",
        "ALREADY_DELIVERED": "It has arrived.",
        "STILL_PICKING": "Picking has not ended.",
        "NOTHING_TO_DO": "There is nothing that the action would change.",
        "NOT_YOURS": "You may not do this here.",
    },
)
described(
    Happening,
    "TimelineHappening",
    "What can happen to an order.",
    {
        "ORDER_PLACED": "The order was placed.",
        "LINES_ALLOCATED": "A location was chosen and its stock reserved.",
        "LINE_BACKORDERED": "No location had it; it waits for supply.",
        "LINE_DATE_CHANGED": "What it waits for comes at another date.",
        "LINE_HELD": "Nobody had begun to pick it, and now it may not leave before a date.",
        "LINE_PROMISE_BROKEN": "Units come later than was accepted, and no others in time.",
        "LINE_UNFILLABLE": "No location had it.",
        "LINE_SOURCING_STARTED": "Somebody had stock looked for again.",
        "LINE_CANCELLED": "Units of a line were cancelled.",
        "ORDER_CANCELLED": "The whole order was cancelled.",
        "GOODS_PICKED": "Goods were taken from the shelves.",
        "GOODS_SHORT": "Goods were missing or unfit.",
        "PARCEL_PACKED": "A parcel was packed.",
        "PARCEL_SHIPPED": "A parcel was given to the carrier.",
        "PARCEL_DELIVERED": "A parcel arrived.",
        "PAYMENT_CAPTURED": "Money was taken.",
        "PAYMENT_VOIDED": "Money that was authorised was let go.",
        "PAYMENT_FAILED": "The provider has refused to take or to let go of money.",
        "REFUND_REQUESTED": "Money is to be given back.",
        "REFUND_SUCCEEDED": "Money was given back.",
        "REFUND_FAILED": "A tender has refused a refund for good.",
        "RETURN_DECLARED": "The customer gives units back.",
        "RETURN_WITHDRAWN": "The customer keeps them after all.",
        "RETURN_COMPLETED": "Units have come back.",
    },
)
described(
    SubjectType,
    "TimelineSubjectType",
    "What a line of a timeline is about.",
    {
        "ORDER": "The order as a whole.",
        "ORDER_LINE": "One line.",
        "FULFILMENT": "One location's part.",
        "PARCEL": "One parcel.",
        "PAYMENT": "One payment.",
        "REFUND": "One refund.",
    },
)
described(
    OrderUpdateType,
    "OrderUpdateType",
    "What happened to an order; of several things the first of these.",
    {
        "ORDER_PLACED": "It was placed.",
        "ORDER_CANCELLED": "All of it was cancelled.",
        "PROMISE_BROKEN": "Units come later than was accepted, and no others in time.",
        "STATUS_CHANGED": "Its status changed.",
        "AMOUNT_CHANGED": "What is due changed.",
        "PROGRESSED": "Its lines or fulfilments changed, not its status.",
    },
)
described(
    QueueChangeType,
    "QueueChangeType",
    "What happened to a fulfilment in its location's queue.",
    {
        "ADDED": "The location is asked to prepare it.",
        "CHANGED": "It went on, or something of it changed.",
        "REMOVED": "Nothing is left to do for it.",
    },
)
described(
    CancelReason,
    "CancelReason",
    "Why something is cancelled.",
    {
        "CUSTOMER_REQUEST": "The customer does not want it any more.",
        "OUT_OF_STOCK": "It cannot be provided.",
        "FRAUD": "The order is not honest.",
        "PRICE_ERROR": "The price was wrong.",
        "OTHER": "Another reason.",
    },
)

described(
    PaymentMethod,
    "PaymentMethod",
    "What somebody pays with.",
    {
        "CARD": "A card, a wallet or the like: authorised first, taken when goods leave.",
        "VOUCHER": "A voucher, a gift card or a credit note.",
        "CASH": "Cash: taken at once.",
    },
)
described(
    PaymentState,
    "PaymentState",
    "What a payment, or all payments of an order together, is at; refunds stand apart.",
    {
        "NONE": "The order is paid elsewhere.",
        "PENDING": "The provider is being asked.",
        "AUTHORISED": "The amount is set aside; nothing was taken.",
        "PARTIALLY_CAPTURED": "A part was taken; more can be.",
        "CAPTURED": "All was taken that will ever be.",
        "VOIDED": "Nothing was taken, and nothing will be.",
        "FAILED": "The provider has refused to pay what it had authorised.",
    },
)
described(
    OperationKind,
    "PaymentEventKind",
    "What a payment provider can be asked to do.",
    {
        "AUTHORISE": "Set an amount aside.",
        "CAPTURE": "Take a part of it.",
        "REFUND": "Give a part of what was taken back.",
        "VOID": "Let go of what is set aside.",
    },
)
described(
    OperationState,
    "PaymentEventState",
    "What is known of the provider's answer.",
    {
        "REQUESTED": "It is being asked.",
        "SUCCEEDED": "It was done.",
        "FAILED": "It was refused for good.",
    },
)
described(
    RefundState,
    "RefundState",
    "How far a refund is.",
    {
        "SUBMITTED": "The provider is being asked, perhaps again.",
        "SUCCEEDED": "All of it was given back.",
        "FAILED": "A tender has refused its part for good.",
    },
)
described(
    RefundReason,
    "RefundReason",
    "Why money is given back.",
    {
        "RETURN": "Goods came back.",
        "CANCELLATION": "What was paid for was cancelled.",
        "GESTURE": "Good will.",
        "DELIVERY_FAILURE": "Goods were late, lost or damaged on their way.",
        "OTHER": "Another reason.",
    },
)


class ErrorCode(Enum):
    """Every code that a user error of this service can have."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IN_PROGRESS = "IN_PROGRESS"
    UNAVAILABLE = "UNAVAILABLE"
    ACTION_NOT_ALLOWED = "ACTION_NOT_ALLOWED"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    INSUFFICIENT_STOCK = "INSUFFICIENT_STOCK"
    NOTHING_LEFT = "NOTHING_LEFT"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    PAYMENT_MISMATCH = "PAYMENT_MISMATCH"
    PLACEMENT_EXPIRED = "PLACEMENT_EXPIRED"
    PRICE_NOT_ALLOWED = "PRICE_NOT_ALLOWED"
    PRICE_UNKNOWN = "PRICE_UNKNOWN"
    QUANTITY_EXCEEDED = "QUANTITY_EXCEEDED"
    REF_TAKEN = "REF_TAKEN"
    REFUND_EXCEEDS_PAID = "REFUND_EXCEEDS_PAID"
    RESERVATION_DOES_NOT_FIT = "RESERVATION_DOES_NOT_FIT"
    RESERVATION_ENDED = "RESERVATION_ENDED"
    SOURCING_REFUSED = "SOURCING_REFUSED"
    UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
    UNKNOWN_SKU = "UNKNOWN_SKU"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    UNIT_NOT_AVAILABLE = "UNIT_NOT_AVAILABLE"


if {each.value for each in ErrorCode} != {*SHARED_CODES, *OWN_CODES}:
    raise RuntimeError("ErrorCode and the refusals of orders differ.")
error_codes(ErrorCode, OWN_CODES)

ORDER_STATUS_INPUT = as_input(OrderStatus, "OrderStatusInput", "A status of orders to list.")
FULFILMENT_STATE_INPUT = as_input(
    FulfilmentState, "FulfilmentStateInput", "A state of fulfilments to list."
)
DELIVERY_METHOD_INPUT = as_input(
    DeliveryMethod, "DeliveryMethodInput", "How the goods are to reach the customer."
)
SHORT_REASON_INPUT = as_input(ShortReason, "ShortReasonInput", "Why goods cannot be provided.")
PAYMENT_METHOD_INPUT = as_input(PaymentMethod, "PaymentMethodInput", "What somebody pays with.")
REFUND_REASON_INPUT = as_input(RefundReason, "RefundReasonInput", "Why money is given back.")
