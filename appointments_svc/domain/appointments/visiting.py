"""What happens to a confirmed appointment: moved, cancelled, attended, or missed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from appointments_svc.domain.agenda.diary import Taken
from appointments_svc.domain.agenda.grid import NotOffered, Slot
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.appointments.booking import watched
from appointments_svc.domain.appointments.change import Change, Doing, changed, require
from appointments_svc.domain.errands import (
    EndVisit,
    Errand,
    ReleaseProducts,
    SendMessage,
    Topic,
)
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.lifecycles.actions import Action
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.refusals import slot_not_offered

UNENDED: Final = timedelta(days=1)
"""After this a visit is over, whether or not somebody has said so: its products are needed."""


def moved(
    found: Appointment, slot: Slot, taken: Taken, kind: AppointmentType, doing: Doing
) -> Change:
    """The visit is at another time; products are kept no longer than inventory has said."""
    require(Action.APPOINTMENT_MOVE, found)
    if found.kept_until is not None and slot.visit.end > found.kept_until:
        raise slot_not_offered(NotOffered.TOO_FAR.value, "input", "start")
    after = replace(
        found,
        day=slot.day,
        visit=slot.visit,
        busy=slot.busy,
        taken=taken,
        moves=found.moves + 1,
        reminded_at=None,
    )
    message = SendMessage(f"{found.id}.{after.moves}.moved", found.id, Topic.MOVED)
    return changed(found, after, *watched(after, kind, doing.at), message)


def cancelled(found: Appointment, doing: Doing) -> Change:
    """Nobody comes; the slot and the products are free."""
    require(Action.APPOINTMENT_CANCEL, found)
    after = found.stepped(AppointmentState.CANCELLED, doing.at, doing.actor)
    told: tuple[Errand, ...] = ()
    if found.state is AppointmentState.CONFIRMED:
        told = (SendMessage(f"{found.id}.cancelled", found.id, Topic.CANCELLED),)
    return changed(found, after, *_released(found), *told)


def checked_in(found: Appointment, doing: Doing) -> Change:
    """Somebody has come."""
    require(Action.APPOINTMENT_CHECK_IN, found)
    after = found.stepped(AppointmentState.CHECKED_IN, doing.at, doing.actor)
    end = max(found.visit.end, doing.at) + UNENDED
    return changed(found, after, EndVisit(f"{found.id}.end", found.id, end))


def completed(found: Appointment, doing: Doing) -> Change:
    """The visit is over; what was bought left by the till, the rest is for everyone again."""
    require(Action.APPOINTMENT_COMPLETE, found)
    after = found.stepped(AppointmentState.COMPLETED, doing.at, doing.actor)
    return changed(found, after, *_released(found))


def unended(found: Appointment, doing: Doing) -> Change | None:
    """Nobody has said that the visit is over; None if somebody has."""
    return completed(found, doing) if found.state is AppointmentState.CHECKED_IN else None


def missed(found: Appointment, start: datetime, doing: Doing) -> Change | None:
    """Nobody has come to the visit that began then; None if they have, or it was moved."""
    if found.state is not AppointmentState.CONFIRMED or found.visit.start != start:
        return None
    after = found.stepped(AppointmentState.NO_SHOW, doing.at, doing.actor)
    return changed(found, after, *_released(found))


def reminded(found: Appointment, start: datetime, doing: Doing) -> Change | None:
    """The customer is reminded, once for each time of the visit; None if it is no longer then."""
    stays = found.state is AppointmentState.CONFIRMED and found.visit.start == start
    if not stays or found.reminded_at is not None:
        return None
    after = replace(found, reminded_at=doing.at)
    message = SendMessage(f"{found.id}.{found.moves}.reminded", found.id, Topic.REMINDER)
    return changed(found, after, message)


def _released(found: Appointment) -> tuple[Errand, ...]:
    if found.reservation_id is None:
        return ()
    return (ReleaseProducts(f"{found.id}.release", found.id, found.reservation_id),)
