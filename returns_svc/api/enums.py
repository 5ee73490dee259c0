"""The enums of the graph, each value described; an enum is either input or output."""

from enum import Enum

from returns_svc.domain.history.events import ReturnUpdateType
from returns_svc.domain.lifecycles.actions import Action, Hindrance
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies.policy import Condition, Disposition, Grade, ReturnReason
from returns_svc.domain.refusals import OWN_CODES
from returns_svc.domain.requests.line import RejectReason
from returns_svc.domain.requests.return_request import RefundState, ReturnChannel
from service_kit.commands.refusal import SHARED_CODES
from service_kit.graphql.enums import as_input, described
from service_kit.graphql.payloads import error_codes

described(
    ReturnState,
    "ReturnState",
    "How far a return has come.",
    {
        "UNMATCHED": "Nobody has found the order that the goods are from.",
        "DECLARED": "Somebody wants to give goods back.",
        "APPROVED": "The units are set aside in the order.",
        "LABEL_ISSUED": "The label can be printed.",
        "DROPPED": "The parcel was handed to the carrier.",
        "IN_TRANSIT": "The parcel is on its way.",
        "RECEIVED": "The goods are at a location.",
        "INSPECTING": "Some units were looked at.",
        "ACCEPTED": "All units are taken back.",
        "PARTIALLY_ACCEPTED": "Some units are taken back.",
        "REJECTED": "No unit is taken back.",
        "REFUNDED": "All that was to be given back was given.",
        "SENT_BACK": "Rejected goods are on their way to the customer.",
        "ABANDONED": "The customer does not want rejected goods back.",
        "CLOSED": "Nothing is left to do.",
        "CANCELLED": "The customer keeps the goods.",
        "EXPIRED": "The goods have not come in time.",
    },
)
described(
    ReturnChannel,
    "ReturnChannel",
    "Where a return was declared.",
    {
        "ONLINE": "By the customer.",
        "STORE": "In a shop, with the goods.",
        "WAREHOUSE": "At a warehouse.",
        "CUSTOMER_SERVICE": "By customer service.",
    },
)
described(
    ReturnReason,
    "ReturnReason",
    "Why goods are given back.",
    {
        "CHANGED_MIND": "They are not wanted any more.",
        "TOO_SMALL": "They are too small.",
        "TOO_LARGE": "They are too large.",
        "DEFECT": "They do not work, or came apart.",
        "DAMAGED": "They arrived damaged.",
        "WRONG_ITEM": "Something else was ordered.",
        "OTHER": "Another reason.",
    },
)
described(
    Grade,
    "ReturnGrade",
    "The state of a unit that came back.",
    {
        "A": "As new.",
        "B": "Nearly as new.",
        "C": "Worn.",
        "D": "Not fit to be sold.",
    },
)
described(
    RejectReason,
    "ReturnRejectReason",
    "Why a unit is not taken back.",
    {
        "WORN": "It was worn.",
        "DAMAGED_BY_CUSTOMER": "The customer has damaged it.",
        "INCOMPLETE": "Something is missing.",
        "NOT_OURS": "It was not bought here.",
        "OTHER": "Another reason.",
    },
)
described(
    Disposition,
    "ReturnDisposition",
    "Where accepted goods go.",
    {
        "RESTOCK": "On the shelves where they are.",
        "TRANSFER": "To another location.",
        "RECONDITION": "To be made good again.",
        "SECOND_HAND": "To be sold as second hand.",
        "DESTROY": "They are not sold again.",
    },
)
described(
    Condition,
    "StockCondition",
    "The state of the goods.",
    {
        "NEW": "Never used.",
        "REFURBISHED": "Made as good as new.",
        "USED_A": "Used, hardly to be seen.",
        "USED_B": "Used, some traces.",
        "USED_C": "Used, clear traces.",
    },
)
described(
    RefundState,
    "ReturnRefundState",
    "How far the money of a decision is.",
    {
        "PROPOSED": "It is decided; orders were not asked.",
        "SUBMITTED": "The payment provider is being asked.",
        "SUCCEEDED": "It was given back.",
        "FAILED": "It was refused for good; somebody has to look into it.",
        "ELSEWHERE": "The order was paid elsewhere, and is refunded there.",
    },
)
described(
    Action,
    "ActionName",
    "Something that can be done with an entity, named as its mutation is.",
    {
        "RETURN_TRACK": "Note a scan of the carrier: `returnTrack`.",
        "RETURN_RECEIVE": "Take the goods in: `returnReceive`.",
        "RETURN_INSPECT": "Grade units: `returnInspect`.",
        "RETURN_SEND_BACK": "Send rejected goods back: `returnSendBack`.",
        "RETURN_ABANDON": "Leave rejected goods to the retailer: `returnAbandon`.",
        "RETURN_CANCEL": "Keep the goods after all: `returnCancel`.",
        "RETURN_CLOSE": "End it: `returnClose`.",
    },
)
described(
    Hindrance,
    "ActionHindrance",
    "Why an action is not possible now.",
    {
        "NOT_MATCHED": "Nobody has found the order yet.",
        "NOT_RECEIVED": "The goods are not here yet.",
        "NOT_INSPECTED": "The inspection has not ended.",
        "ALREADY_RECEIVED": "The goods have arrived.",
        "ALREADY_INSPECTED": "It is inspected.",
        "ALREADY_ENDED": "It is over.",
        "NOTHING_REJECTED": "Nothing was rejected.",
        "NOTHING_TO_DO": "There is nothing that the action would change.",
        "REFUND_PENDING": "The refund is under way.",
        "NOT_YOURS": "You may not do this here.",
    },
)
described(
    ReturnUpdateType,
    "ReturnUpdateType",
    "What happened to a return; of several things the first of these.",
    {
        "DECLARED": "It was declared.",
        "STATE_CHANGED": "It came to another state.",
        "REFUND_CHANGED": "Its money went on.",
        "PROGRESSED": "Something else of it changed.",
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
    EXCLUDED = "EXCLUDED"
    NOTHING_LEFT = "NOTHING_LEFT"
    OUT_OF_PERIOD = "OUT_OF_PERIOD"
    QUANTITY_EXCEEDED = "QUANTITY_EXCEEDED"
    RETURN_REFUSED = "RETURN_REFUSED"
    UNKNOWN_LOCATION = "UNKNOWN_LOCATION"


if {each.value for each in ErrorCode} != {*SHARED_CODES, *OWN_CODES}:
    raise RuntimeError("ErrorCode and the refusals of returns differ.")
error_codes(ErrorCode, OWN_CODES)

RETURN_STATE_INPUT = as_input(ReturnState, "ReturnStateInput", "A state of returns to list.")
RETURN_CHANNEL_INPUT = as_input(ReturnChannel, "ReturnChannelInput", "Where a return is declared.")
RETURN_REASON_INPUT = as_input(ReturnReason, "ReturnReasonInput", "Why goods are given back.")
GRADE_INPUT = as_input(Grade, "ReturnGradeInput", "The state of a unit that came back.")
REJECT_REASON_INPUT = as_input(
    RejectReason, "ReturnRejectReasonInput", "Why a unit is not taken back."
)
DISPOSITION_INPUT = as_input(Disposition, "ReturnDispositionInput", "Where accepted goods go.")
STOCK_CONDITION_INPUT = as_input(Condition, "StockConditionInput", "The state of the goods.")


class ReturnScan(Enum):
    """What a carrier can tell."""

    DROPPED = "DROPPED"
    IN_TRANSIT = "IN_TRANSIT"


described(
    ReturnScan,
    "ReturnScan",
    "What a carrier tells of a parcel.",
    {"DROPPED": "It was handed over.", "IN_TRANSIT": "It is on its way."},
)
