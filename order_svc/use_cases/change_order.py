"""How every change to an order is made: once per key, whole, with its events and its effects."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from order_svc.domain.crash_points import CHANGE_SAVED
from order_svc.domain.effects import Effect
from order_svc.domain.history.events import events_of_order
from order_svc.domain.history.timeline import told
from order_svc.domain.orders.awaiting import awaited_dates
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import actor_of, may_see
from order_svc.ports import Work
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import not_found
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.identity.caller import Caller
from service_kit.messaging.entity_events import Cause

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Command:
    """What every command has: its idempotent request and who gives it."""

    request: IdempotentRequest
    caller: Caller


Decide: TypeAlias = Callable[[Order], Change | None]
"""Gives the change to an order that the caller sees, if any, or raises the refusal of it."""


async def change_order(
    around: Surroundings, command: Command, order_id: str, decide: Decide
) -> Outcome:
    """Change an order as decided; a repeated command gives the first outcome again."""

    async def within(work: Work) -> tuple[Outcome, Sequence[Effect]]:
        order = await work.orders.get(order_id)
        if order is None or not may_see(command.caller, order):
            raise not_found("order", "input")
        change = decide(order)
        if change is None:
            return Outcome({"orderId": order_id}), ()
        await keep(around, work, order, change, cause_of(around, command))
        return Outcome({"orderId": order_id}), change.effects

    nothing: Sequence[Effect] = ()
    outcome, effects = await once(around, command.request, within, nothing)
    around.reached(CHANGE_SAVED)
    for effect in effects:
        await around.errands.run_now(effect.key)
    return outcome


async def once(
    around: Surroundings,
    request: IdempotentRequest,
    do: Callable[[Work], Awaitable[tuple[Outcome, T]]],
    nothing: T,
) -> tuple[Outcome, T]:
    """Do it unless its outcome is known; a refusal is an outcome too, unless it may pass."""

    async def within(work: Work) -> tuple[Outcome, T]:
        known = await work.outcomes.find(request)
        if known is not None:
            return known, nothing
        try:
            outcome, result = await do(work)
        except (Refusal, RefusedAll) as refused:
            reasons = refusals_in(refused)
            if any(reason.retryable for reason in reasons):
                raise
            outcome, result = Outcome(refusals=reasons), nothing
        await work.outcomes.record(request, outcome)
        return outcome, result

    return await around.work.run(within)


async def keep(
    around: Surroundings, work: Work, before: Order, change: Change, cause: Cause
) -> None:
    """Write a change with its timeline, its events and its effects."""
    after = change.order
    await work.orders.save(before, after)
    await work.orders.tell(told(after.id, after.version, change.entries, cause))
    await work.publish(tuple(events_of_order(before, after, cause)))
    await work.schedule_effects(change.effects, around.clock.now() + around.effect_delay)
    for reservation_id, date in sorted(awaited_dates(after) - awaited_dates(before)):
        await work.schedule_look(after.id, reservation_id, date)


def cause_of(around: Surroundings, command: Command) -> Cause:
    """Who does it, by which command, now."""
    return Cause(actor_of(command.caller), command.request.mutation, around.clock.now())
