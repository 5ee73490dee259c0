"""From a free slot to a confirmed appointment: the hold, the booking, its end either way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appointments_svc.domain.agenda.diary import Taken
from appointments_svc.domain.agenda.grid import Slot
from appointments_svc.domain.appointments.appointment import (
    Appointment,
    JourneyStep,
    Product,
    Visitor,
)
from appointments_svc.domain.appointments.change import Change, Doing, changed, require
from appointments_svc.domain.errands import (
    EndHold,
    Errand,
    LookWhoCame,
    Remind,
    SendMessage,
    Topic,
)
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.form import Answer
from appointments_svc.domain.lifecycles.actions import Action, Hindrance
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.refusals import action_not_allowed


@dataclass(frozen=True, slots=True)
class Wish:
    """What is booked: for whom, with which answers and products."""

    customer: Visitor | None = None
    order_id: str | None = None
    answers: tuple[Answer, ...] = ()
    products: tuple[Product, ...] = ()


def held(
    appointment_id: str,
    ref: str,
    kind: AppointmentType,
    location_code: str,
    slot: Slot,
    taken: Taken,
    doing: Doing,
) -> Change:
    """A new appointment that keeps its slot for a while."""
    hold_ends = doing.at + kind.hold
    after = Appointment(
        id=appointment_id,
        ref=ref,
        type_code=kind.code,
        location_code=location_code,
        day=slot.day,
        visit=slot.visit,
        busy=slot.busy,
        state=AppointmentState.HELD,
        taken=taken,
        holder=doing.actor,
        hold_ends=hold_ends,
        journey=(JourneyStep(AppointmentState.HELD, doing.at, doing.actor),),
        version=1,
    )
    return Change(after, (EndHold(f"{appointment_id}.hold", appointment_id, hold_ends),))


def booking(found: Appointment, wish: Wish, doing: Doing) -> Change:
    """The slot stays taken while inventory is asked for the products."""
    _require_hold(found, doing.at)
    after = _wished(found, wish).stepped(AppointmentState.BOOKING, doing.at, doing.actor)
    return changed(found, after)


def confirmed(found: Appointment, wish: Wish, kind: AppointmentType, doing: Doing) -> Change:
    """The visit without products to wait for is booked."""
    _require_hold(found, doing.at)
    return _confirmed(found, _wished(found, wish), kind, doing)


def kept(
    found: Appointment,
    reservation_id: str,
    kept_until: datetime | None,
    kind: AppointmentType,
    doing: Doing,
) -> Change:
    """Inventory keeps the products: the visit is booked."""
    after = replace(found, reservation_id=reservation_id, kept_until=kept_until)
    return _confirmed(found, after, kind, doing)


def not_kept(found: Appointment, doing: Doing, *, was_held: bool) -> Change:
    """Inventory refused: the hold is as it was before, or the slot is free."""
    bare = replace(found, customer=None, order_id=None, answers=(), products=())
    if was_held and doing.at < found.hold_ends:
        after = bare.stepped(AppointmentState.HELD, doing.at, doing.actor)
        end = EndHold(f"{found.id}.hold", found.id, found.hold_ends)
        return changed(found, after, end)
    return changed(found, bare.stepped(AppointmentState.LAPSED, doing.at, doing.actor))


def lapsed(found: Appointment, doing: Doing) -> Change | None:
    """The time of a hold is over; nothing to do if it was booked, or ended otherwise."""
    if found.state is not AppointmentState.HELD or doing.at < found.hold_ends:
        return None
    return changed(found, found.stepped(AppointmentState.LAPSED, doing.at, doing.actor))


def _require_hold(found: Appointment, now: datetime) -> None:
    """Refuse unless the slot is still kept: after the hold it may be somebody else's."""
    require(Action.APPOINTMENT_BOOK, found)
    if now >= found.hold_ends:
        raise action_not_allowed(Action.APPOINTMENT_BOOK.value, Hindrance.ALREADY_ENDED.value)


def _wished(found: Appointment, wish: Wish) -> Appointment:
    return replace(
        found,
        customer=wish.customer,
        order_id=wish.order_id,
        answers=wish.answers,
        products=wish.products,
    )


def _confirmed(
    before: Appointment, found: Appointment, kind: AppointmentType, doing: Doing
) -> Change:
    after = found.stepped(AppointmentState.CONFIRMED, doing.at, doing.actor)
    message = SendMessage(f"{after.id}.confirmed", after.id, Topic.CONFIRMED)
    return changed(before, after, *watched(after, kind, doing.at), message)


def watched(found: Appointment, kind: AppointmentType, now: datetime) -> tuple[Errand, ...]:
    """Look whether somebody comes, and remind them unless it is too late for that."""
    start = found.visit.start
    times = f"{found.id}.{found.moves}"
    look = LookWhoCame(f"{times}.no-show", found.id, start, start + kind.no_show_after)
    remind_at = start - kind.remind_before
    if kind.remind_before <= timedelta() or remind_at <= now:
        return (look,)
    return (look, Remind(f"{times}.reminder", found.id, start, remind_at))
