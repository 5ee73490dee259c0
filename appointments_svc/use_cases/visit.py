"""What is done with a booked appointment: move, cancel, check in, complete."""

from dataclasses import dataclass
from datetime import datetime

from appointments_svc.domain.agenda.diary import take
from appointments_svc.domain.agenda.grid import NotOffered, slot_at
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments import visiting
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.appointments.change import Change, Doing, require
from appointments_svc.domain.lifecycles.actions import Action
from appointments_svc.domain.refusals import slot_not_offered, slot_taken
from appointments_svc.domain.rights.visibility import may_receive_at
from appointments_svc.ports import Work
from appointments_svc.use_cases.asking import site_at
from appointments_svc.use_cases.change_appointment import (
    AppointmentCommand,
    change_appointment,
    means_of,
    type_of,
    visible_appointment,
)
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import forbidden
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal

_START = ("input", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAppointment(AppointmentCommand):
    """Another time at the same location; with an advisor if one is wanted."""

    start: datetime
    advisor: str | None = None


async def move_appointment(around: Surroundings, command: MoveAppointment) -> Outcome:
    """Give the old time back and take the new one, in one commit."""
    site = await _site_of(around, command)

    async def decide(work: Work, found: Appointment, doing: Doing) -> Change:
        require(Action.APPOINTMENT_MOVE, found)
        if site is None or site.code != found.location_code:
            raise slot_not_offered(NotOffered.CLOSED.value, *_START)
        return await _moved(work, site, found, command, doing)

    return await change_appointment(around, command, decide)


async def cancel_appointment(around: Surroundings, command: AppointmentCommand) -> Outcome:
    """Nobody comes; everything kept for the visit is free again."""

    async def decide(_: Work, found: Appointment, doing: Doing) -> Change:
        return visiting.cancelled(found, doing)

    return await change_appointment(around, command, decide)


async def check_in(around: Surroundings, command: AppointmentCommand) -> Outcome:
    """Somebody has come."""

    async def decide(_: Work, found: Appointment, doing: Doing) -> Change:
        _require_receiver(command, found)
        return visiting.checked_in(found, doing)

    return await change_appointment(around, command, decide)


async def complete_appointment(around: Surroundings, command: AppointmentCommand) -> Outcome:
    """The visit is over."""

    async def decide(_: Work, found: Appointment, doing: Doing) -> Change:
        _require_receiver(command, found)
        return visiting.completed(found, doing)

    return await change_appointment(around, command, decide)


async def _site_of(around: Surroundings, command: MoveAppointment) -> Site | None:
    """The site of the appointment; None if the command will be refused, or was done before."""

    async def location_of(work: Work) -> str | None:
        if await work.outcomes.find(command.request) is not None:
            return None
        try:
            return (await visible_appointment(work, command)).location_code
        except Refusal:
            return None

    code = await around.work.run(location_of)
    return await site_at(around, code, "input", "appointmentId") if code else None


async def _moved(
    work: Work, site: Site, found: Appointment, command: MoveAppointment, doing: Doing
) -> Change:
    kind = await type_of(work, found.type_code)
    slot = slot_at(site, kind, command.start, doing.at)
    if isinstance(slot, NotOffered):
        raise slot_not_offered(slot.value, *_START)
    diary = (await work.diaries.get(site.code, slot.day)).without(found.id)
    means, live = await means_of(work, site), diary.live(doing.at)
    taken = take(means, kind, slot, live, advisor=command.advisor)
    if taken is None:
        raise slot_taken(*_START)
    stays = found.taken.advisor
    if command.advisor is None and stays is not None:
        taken = take(means, kind, slot, live, advisor=stays) or taken
    return visiting.moved(found, slot, taken, kind, doing)


def _require_receiver(command: AppointmentCommand, found: Appointment) -> None:
    if not may_receive_at(command.caller, found.location_code):
        raise forbidden("You do not work at this location.", "input", "appointmentId")
