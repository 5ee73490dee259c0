"""How every change to an appointment is made: once per key, whole, with event and errands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from appointments_svc.domain.agenda.diary import Means
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.appointments.change import Change, Doing
from appointments_svc.domain.crash_points import CHANGE_SAVED
from appointments_svc.domain.errands import Errand, ReleaseProducts
from appointments_svc.domain.history.events import event_of_appointment
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Capacity
from appointments_svc.domain.lifecycles.appointment_state import ENDED
from appointments_svc.domain.refusals import unknown_type
from appointments_svc.domain.rights.visibility import actor_of, may_see
from appointments_svc.ports import Work
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, not_found
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.once import once
from service_kit.identity.caller import Caller
from service_kit.messaging.entity_events import Cause

BY_ITSELF: Final = "service:appointments_svc"
"""Who acts when nobody has asked."""


@dataclass(frozen=True, slots=True)
class Command:
    """What every command has: its idempotent request and who gives it."""

    request: IdempotentRequest
    caller: Caller


@dataclass(frozen=True, slots=True)
class AppointmentCommand(Command):
    """Which appointment, and the version that the caller has read."""

    appointment_id: str
    expected_version: int | None = None


Decide: TypeAlias = Callable[[Work, Appointment, Doing], Awaitable[Change]]
"""Gives the change to an appointment that the caller sees, or raises the refusal of it."""

NO_ERRANDS: Final[Sequence[Errand]] = ()


async def change_appointment(
    around: Surroundings, command: AppointmentCommand, decide: Decide
) -> Outcome:
    """Change an appointment as decided; a repeated command gives the first outcome again."""

    async def within(work: Work) -> tuple[Outcome, Sequence[Errand]]:
        async def do() -> tuple[Outcome, Sequence[Errand]]:
            found = await visible_appointment(work, command)
            expect(command.expected_version, found.version)
            cause = cause_of(around, command)
            change = await decide(work, found, doing_of(cause))
            await keep(around, work, found, change, cause)
            return Outcome({"appointmentId": found.id}), change.errands

        return await once(work.outcomes, command.request, do, NO_ERRANDS)

    outcome, errands = await around.work.run(within)
    around.reached(CHANGE_SAVED)
    await run_errands(around, errands)
    return outcome


async def visible_appointment(
    work: Work, command: AppointmentCommand, named_by: str = "appointmentId"
) -> Appointment:
    """The appointment of a command; refused NOT_FOUND if the caller may not see it."""
    found = await work.appointments.get(command.appointment_id)
    if found is None or not may_see(command.caller, found):
        raise not_found("appointment", "input", named_by)
    return found


async def keep(
    around: Surroundings, work: Work, before: Appointment | None, change: Change, cause: Cause
) -> None:
    """Write a change with its place in the diary, its event and its errands."""
    after = change.after
    if before is None:
        await work.appointments.add(after)
    else:
        await work.appointments.save(before, after)
    await _note(work, before, after, cause.at)
    await work.publish([event_of_appointment(before, after, cause)])
    now = around.clock.now()
    at_once = [errand for errand in change.errands if isinstance(errand, ReleaseProducts)]
    later = [errand for errand in change.errands if not isinstance(errand, ReleaseProducts)]
    await work.schedule(at_once, now + around.errand_delay)
    await work.schedule(later, now)


async def run_errands(around: Surroundings, errands: Sequence[Errand]) -> None:
    """Do what the caller waits for; the rest is left to the worker."""
    for errand in errands:
        if isinstance(errand, ReleaseProducts):
            await around.errands.run_now(errand.key)


async def change_by_itself(
    around: Surroundings,
    appointment_id: str,
    cause: str,
    decide: Callable[[Appointment, Doing], Change | None],
) -> None:
    """Change an appointment without a command, as its due work does."""
    said = Cause(BY_ITSELF, cause, around.clock.now())

    async def within(work: Work) -> Sequence[Errand]:
        found = await work.appointments.get(appointment_id)
        change = decide(found, doing_of(said)) if found else None
        if found is None or change is None:
            return NO_ERRANDS
        await keep(around, work, found, change, said)
        return change.errands

    await run_errands(around, await around.work.run(within))


async def type_of(work: Work, code: str, *path: str) -> AppointmentType:
    """The appointment type of that code; refused if it was never imported."""
    found = (await work.types.get_many([code])).get(code)
    if found is None:
        raise unknown_type(code, *path)
    return found


async def means_of(work: Work, site: Site) -> Means:
    """Everybody and everything that can receive people at a site."""
    advisors = await work.advisors.at(site.code)
    capacities = await work.capacities.get_many([site.code])
    return Means(site, tuple(advisors), capacities.get(site.code) or Capacity(site.code))


def cause_of(around: Surroundings, command: Command) -> Cause:
    """Who does it, by which command, now."""
    return Cause(actor_of(command.caller), command.request.mutation, around.clock.now())


def doing_of(cause: Cause) -> Doing:
    """The same, as the rules know it."""
    return Doing(cause.actor, cause.at)


async def _note(work: Work, before: Appointment | None, after: Appointment, now: datetime) -> None:
    """Let the diaries say what the appointment takes now, if anything."""
    if before is not None and before.day != after.day:
        old = await work.diaries.get(before.location_code, before.day)
        await work.diaries.save(old, old.without(before.id))
    diary = await work.diaries.get(after.location_code, after.day)
    commitment = after.commitment()
    if after.state in ENDED:
        await work.diaries.save(diary, diary.without(after.id))
    elif commitment not in diary.commitments:
        await work.diaries.save(diary, diary.with_commitment(commitment, now))
