"""How every change to a return is made: once per key, whole, with its event and its errands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from returns_svc.domain.crash_points import CHANGE_SAVED
from returns_svc.domain.errands import Errand, IssueLabel, SendMessage
from returns_svc.domain.history.events import event_of_return
from returns_svc.domain.requests.change import Change, Doing
from returns_svc.domain.requests.return_request import Return
from returns_svc.domain.rights.visibility import actor_of, may_see
from returns_svc.ports import Work
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, not_found
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.once import once
from service_kit.identity.caller import Caller
from service_kit.messaging.entity_events import Cause

BY_ITSELF: Final = "service:returns_svc"
"""Who acts when nobody has asked."""


@dataclass(frozen=True, slots=True)
class Command:
    """What every command has: its idempotent request and who gives it."""

    request: IdempotentRequest
    caller: Caller


@dataclass(frozen=True, slots=True)
class ReturnCommand(Command):
    """Which return, and the version that the caller has read."""

    return_id: str
    expected_version: int | None = None


Decide: TypeAlias = Callable[[Work, Return, Doing], Awaitable[Change | None]]
"""Gives the change to a return that the caller sees, if any, or raises the refusal of it."""

Finds: TypeAlias = Callable[[Caller, Return], bool]
"""Whether there is such a return for a caller who names it."""

_NO_ERRANDS: Final[Sequence[Errand]] = ()


async def change_return(
    around: Surroundings, command: ReturnCommand, decide: Decide, finds: Finds = may_see
) -> Outcome:
    """Change a return as decided; a repeated command gives the first outcome again.

    For whom `finds` does not hold, there is no such return.
    """

    async def within(work: Work) -> tuple[Outcome, Sequence[Errand]]:
        async def do() -> tuple[Outcome, Sequence[Errand]]:
            found = await work.returns.get(command.return_id)
            if found is None or not finds(command.caller, found):
                raise not_found("return", "input", "returnId")
            expect(command.expected_version, found.version)
            cause = cause_of(around, command)
            change = await decide(work, found, doing_of(cause))
            outcome = Outcome({"returnId": found.id})
            if change is None:
                return outcome, ()
            await keep(around, work, found, change, cause)
            return outcome, change.errands

        return await once(work.outcomes, command.request, do, _NO_ERRANDS)

    outcome, errands = await around.work.run(within)
    around.reached(CHANGE_SAVED)
    await run_errands(around, errands)
    return outcome


async def keep(
    around: Surroundings, work: Work, before: Return | None, change: Change, cause: Cause
) -> None:
    """Write a change with its event and its errands; `before` is None for a new return."""
    after = change.after
    if before is None:
        await work.returns.add(after)
    else:
        await work.returns.save(before, after)
    await work.publish([event_of_return(before, after, cause)])
    now = around.clock.now()
    waiting = [errand for errand in change.errands if _is_for_later(errand)]
    at_once = [errand for errand in change.errands if not _is_for_later(errand)]
    await work.schedule(waiting, now)
    await work.schedule(at_once, now + around.errand_delay)


async def run_errands(around: Surroundings, errands: Sequence[Errand]) -> None:
    """Do what the caller waits for; labels and messages are left to the worker."""
    for errand in errands:
        if not _is_for_later(errand):
            await around.errands.run_now(errand.key)


async def change_by_itself(
    around: Surroundings,
    return_id: str,
    cause: str,
    decide: Callable[[Return, Doing], Change | None],
) -> Return | None:
    """Change a return without a command, as its due work does; gives it as it is then."""
    said = Cause(BY_ITSELF, cause, around.clock.now())

    async def within(work: Work) -> tuple[Return | None, Sequence[Errand]]:
        found = await work.returns.get(return_id)
        change = decide(found, doing_of(said)) if found else None
        if found is None or change is None:
            return found, ()
        await keep(around, work, found, change, said)
        return change.after, change.errands

    found, errands = await around.work.run(within)
    await run_errands(around, errands)
    return found


def cause_of(around: Surroundings, command: Command) -> Cause:
    """Who does it, by which command, now."""
    return Cause(actor_of(command.caller), command.request.mutation, around.clock.now())


def doing_of(cause: Cause) -> Doing:
    """The same, as the rules know it."""
    return Doing(cause.actor, cause.at)


def _is_for_later(errand: Errand) -> bool:
    return isinstance(errand, IssueLabel | SendMessage)
