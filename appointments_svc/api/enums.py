"""The enums of the graph, each value described; an enum is either input or output."""

from enum import Enum

from appointments_svc.domain.history.events import AppointmentUpdateType
from appointments_svc.domain.kinds.form import FieldKind
from appointments_svc.domain.lifecycles.actions import Action, Hindrance
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.refusals import OWN_CODES
from service_kit.commands.refusal import SHARED_CODES
from service_kit.graphql.enums import as_input, described
from service_kit.graphql.payloads import error_codes

described(
    AppointmentState,
    "AppointmentState",
    "How far an appointment has come.",
    {
        "HELD": "The slot is kept for a while.",
        "BOOKING": "The slot is kept; inventory is being asked for the products.",
        "CONFIRMED": "Somebody will come.",
        "CHECKED_IN": "Somebody has come.",
        "COMPLETED": "The visit is over.",
        "CANCELLED": "Nobody will come.",
        "NO_SHOW": "Nobody has come.",
        "LAPSED": "It was held and never booked.",
    },
)
described(
    FieldKind,
    "AppointmentFieldKind",
    "What an answer may be.",
    {
        "TEXT": "Any text.",
        "NUMBER": "A number.",
        "CHOICE": "One of the choices.",
        "YES_NO": '"true" or "false".',
        "DATE": 'A day, like "2026-09-14".',
    },
)
described(
    Action,
    "ActionName",
    "Something that can be done with an entity, named as its mutation is.",
    {
        "APPOINTMENT_BOOK": "Book what is held: `appointmentBook`.",
        "APPOINTMENT_MOVE": "Choose another time: `appointmentMove`.",
        "APPOINTMENT_CANCEL": "Do not come: `appointmentCancel`.",
        "APPOINTMENT_CHECK_IN": "Receive who has come: `appointmentCheckIn`.",
        "APPOINTMENT_COMPLETE": "End the visit: `appointmentComplete`.",
    },
)
described(
    Hindrance,
    "ActionHindrance",
    "Why an action is not possible now.",
    {
        "ALREADY_BOOKED": "It is booked.",
        "ALREADY_CHECKED_IN": "Somebody has come.",
        "ALREADY_ENDED": "It is over.",
        "BEING_BOOKED": "It is being booked.",
        "NOT_BOOKED": "It is not booked yet.",
        "NOT_CHECKED_IN": "Nobody has come yet.",
        "NOT_YOURS": "You may not do this here.",
    },
)
described(
    AppointmentUpdateType,
    "AppointmentUpdateType",
    "What happened to an appointment; of several things the first of these.",
    {
        "CREATED": "It is new: its slot is held, or booked.",
        "STATE_CHANGED": "It came to another state.",
        "MOVED": "It is at another time.",
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
    INSUFFICIENT_STOCK = "INSUFFICIENT_STOCK"
    REQUIRED = "REQUIRED"
    SLOT_NOT_OFFERED = "SLOT_NOT_OFFERED"
    SLOT_TAKEN = "SLOT_TAKEN"
    STOCK_REFUSED = "STOCK_REFUSED"
    TOO_MANY_VISITS = "TOO_MANY_VISITS"
    UNKNOWN_APPOINTMENT_TYPE = "UNKNOWN_APPOINTMENT_TYPE"
    UNKNOWN_LOCATION = "UNKNOWN_LOCATION"


if {each.value for each in ErrorCode} != {*SHARED_CODES, *OWN_CODES}:
    raise RuntimeError("ErrorCode and the refusals of appointments differ.")
error_codes(ErrorCode, OWN_CODES)


class Weekday(Enum):
    """A day of the week; the value counts from Monday."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


described(
    Weekday,
    "WeekdayInput",
    "A day of the week.",
    {day.name: f"{day.name.capitalize()}." for day in Weekday},
)
APPOINTMENT_STATE_INPUT = as_input(
    AppointmentState, "AppointmentStateInput", "A state of appointments to list."
)
FIELD_KIND_INPUT = as_input(FieldKind, "AppointmentFieldKindInput", "What an answer may be.")
