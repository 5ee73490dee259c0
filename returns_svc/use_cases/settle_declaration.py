"""The second half of a declaration: orders set the units aside, then the return is there."""

from collections.abc import Sequence

from returns_svc.domain.crash_points import DECLARATION_SETTLED, ORDERS_ANSWERED
from returns_svc.domain.errands import Errand
from returns_svc.domain.refusals import from_orders
from returns_svc.domain.requests.declaring import approved, units_of
from returns_svc.ports import Declaration, OrdersUnavailable, Work
from returns_svc.use_cases.change_return import doing_of, keep, run_errands
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.entity_events import Cause


async def recover_declaration(around: Surroundings, return_id: str) -> None:
    """End a declaration that nobody has ended; raises OrdersUnavailable to be tried again."""
    declaration = await around.work.run(lambda work: work.declarations.get(return_id))
    if declaration is not None:
        await settle_declaration(around, declaration)


async def settle_declaration(around: Surroundings, declaration: Declaration) -> Outcome:
    """Ask orders, as often as it takes, and write the answer down once."""
    refusals = await _asked(around, declaration)
    around.reached(ORDERS_ANSWERED)
    outcome, errands = await around.work.run(
        lambda work: _ended(around, work, declaration, refusals)
    )
    around.reached(DECLARATION_SETTLED)
    await run_errands(around, errands)
    return outcome


async def _asked(around: Surroundings, declaration: Declaration) -> tuple[Refusal, ...]:
    found = declaration.found
    order_id = found.order.id if found.order else ""
    try:
        await around.orders.declare(f"{found.id}.declare", found.id, order_id, units_of(found))
    except (Refusal, RefusedAll) as refused:
        reasons = refusals_in(refused)
        if any(reason.retryable for reason in reasons):
            raise OrdersUnavailable(str(refused)) from refused
        return tuple(from_orders(reason) for reason in reasons)
    return ()


async def _ended(
    around: Surroundings, work: Work, declaration: Declaration, refusals: tuple[Refusal, ...]
) -> tuple[Outcome, Sequence[Errand]]:
    """End it unless somebody else has; the outcome is theirs then."""
    request = declaration.request
    current = await work.declarations.of(request)
    if current is None:
        return await work.outcomes.find(request) or Outcome(), ()
    await work.declarations.end(current)
    if refusals:
        outcome, errands = Outcome(refusals=refusals), tuple[Errand, ...]()
    else:
        cause = Cause(current.actor, request.mutation, around.clock.now())
        change = approved(current.found, current.place, doing_of(cause))
        await keep(around, work, None, change, cause)
        await work.schedule_expiry(current.found.id, current.found.expires_at)
        outcome, errands = Outcome({"returnId": current.found.id}), change.errands
    await work.outcomes.record(request, outcome)
    return outcome, errands
