"""What a change to an appointment asks of the world, done after it is saved; as JSON and back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from service_kit.runtime.json_values import JSON

BOOKING: Final = "booking"
"""A booking whose products inventory has not answered."""
HOLD_END: Final = "hold.end"
"""A hold that may be over."""
NO_SHOW: Final = "no-show"
"""Somebody should have come by then."""
REMINDER: Final = "reminder"
"""A visit is near."""
VISIT_END: Final = "visit.end"
"""A visit that nobody has ended."""
RELEASE: Final = "stock.release"
MESSAGE: Final = "message.send"


class Topic(StrEnum):
    """What a message to the customer is about."""

    CONFIRMED = "CONFIRMED"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"
    REMINDER = "REMINDER"


@dataclass(frozen=True, slots=True)
class ReleaseProducts:
    """Products kept for an appointment are given back."""

    key: str
    appointment_id: str
    reservation_id: str


@dataclass(frozen=True, slots=True)
class SendMessage:
    """The customer is to be told."""

    key: str
    appointment_id: str
    topic: Topic


@dataclass(frozen=True, slots=True)
class EndHold:
    """The hold is looked at when its time is over."""

    key: str
    appointment_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LookWhoCame:
    """Whether somebody came to the visit that began then is looked at."""

    key: str
    appointment_id: str
    start: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Remind:
    """The customer is reminded of the visit that begins then."""

    key: str
    appointment_id: str
    start: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EndVisit:
    """The visit is ended should nobody have done it by then."""

    key: str
    appointment_id: str
    due_at: datetime


Errand: TypeAlias = ReleaseProducts | SendMessage | EndHold | LookWhoCame | Remind | EndVisit
"""Anything a change can ask for; its key is the due work's identifier."""


def kind_of(errand: Errand) -> str:
    """The kind of due work that does the errand."""
    match errand:
        case ReleaseProducts():
            return RELEASE
        case SendMessage():
            return MESSAGE
        case EndHold():
            return HOLD_END
        case LookWhoCame():
            return NO_SHOW
        case Remind():
            return REMINDER
        case EndVisit():
            return VISIT_END


def to_payload(errand: Errand) -> dict[str, JSON]:
    """The errand as JSON."""
    payload: dict[str, JSON] = {"appointmentId": errand.appointment_id}
    match errand:
        case ReleaseProducts():
            payload["reservationId"] = errand.reservation_id
        case SendMessage():
            payload["topic"] = errand.topic.value
        case LookWhoCame() | Remind():
            payload["start"] = errand.start.isoformat()
        case EndHold() | EndVisit():
            pass
    return payload


def due_at_of(errand: Errand) -> datetime | None:
    """When the errand is to be done; None for at once."""
    match errand:
        case EndHold() | LookWhoCame() | Remind() | EndVisit():
            return errand.due_at
        case _:
            return None
