"""Keeping a slot for a while, until whoever wants it has filled in the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appointments_svc.domain.agenda.diary import take
from appointments_svc.domain.agenda.grid import NotOffered, slot_at
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.booking import held
from appointments_svc.domain.appointments.change import Change
from appointments_svc.domain.errands import Errand
from appointments_svc.domain.refusals import slot_not_offered, slot_taken, too_many_visits
from appointments_svc.domain.rights.visibility import actor_of, is_staff
from appointments_svc.ports import Work
from appointments_svc.use_cases.asking import site_at
from appointments_svc.use_cases.change_appointment import (
    NO_ERRANDS,
    Command,
    cause_of,
    doing_of,
    keep,
    means_of,
    type_of,
)
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.commands.idempotency import Outcome
from service_kit.commands.once import once
from service_kit.identity.caller import Caller
from service_kit.runtime.identifiers import derived_identifier

REF_LENGTH = 10
MOST_TO_COME = 10
"""Places that a customer keeps at once, held or booked; the retailer's people keep any number."""


@dataclass(frozen=True, slots=True)
class WantedSlot:
    """A visit of a kind, at a location, from a moment on; with an advisor if one is wanted."""

    type_code: str
    location_code: str
    start: datetime
    advisor: str | None = None


@dataclass(frozen=True, slots=True)
class HoldAppointment(Command):
    """Which slot is to be kept."""

    slot: WantedSlot


async def hold_appointment(around: Surroundings, command: HoldAppointment) -> Outcome:
    """Keep the slot, or refuse it: once per key."""
    known = await around.work.run(lambda work: work.outcomes.find(command.request))
    if known is not None:
        return known
    site = await site_at(around, command.slot.location_code, "input", "locationCode")

    async def within(work: Work) -> tuple[Outcome, Sequence[Errand]]:
        async def do() -> tuple[Outcome, Sequence[Errand]]:
            cause = cause_of(around, command)
            change = await slot_held(around, work, site, command, command.slot, "input")
            await keep(around, work, None, change, cause)
            return Outcome({"appointmentId": change.after.id}), change.errands

        return await once(work.outcomes, command.request, do, NO_ERRANDS)

    outcome, _ = await around.work.run(within)
    return outcome


async def slot_held(
    around: Surroundings, work: Work, site: Site, command: Command, wanted: WantedSlot, *path: str
) -> Change:
    """Give the appointment that holds the slot; refused if it is not offered, or taken."""
    cause = cause_of(around, command)
    kind = await type_of(work, wanted.type_code, *path, "type")
    slot = slot_at(site, kind, wanted.start, cause.at)
    if isinstance(slot, NotOffered):
        raise slot_not_offered(slot.value, *path, "start")
    await _require_room(work, command.caller, cause.at)
    diary = await work.diaries.get(site.code, slot.day)
    means, live = await means_of(work, site), diary.live(cause.at)
    taken = take(means, kind, slot, live, advisor=wanted.advisor)
    if taken is None:
        raise slot_taken(*path, "start")
    identifier = around.identifiers()
    ref = derived_identifier("appointment", identifier)[:REF_LENGTH].upper()
    return held(identifier, ref, kind, site.code, slot, taken, doing_of(cause))


async def _require_room(work: Work, caller: Caller, now: datetime) -> None:
    """Refuse a customer who keeps as many places as one may: the others are for everybody else."""
    if is_staff(caller):
        return
    if await work.appointments.count_to_come(actor_of(caller), now) >= MOST_TO_COME:
        raise too_many_visits(MOST_TO_COME, "input")
