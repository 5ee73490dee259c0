"""Ending a placement, by whoever comes first: the command itself or its recovery."""

from collections.abc import Sequence
from dataclasses import dataclass

from order_svc.domain.crash_points import (
    ALLOCATION_ANSWERED,
    ALLOCATION_WITHDRAWN,
    PAYMENTS_ANSWERED,
    PAYMENTS_VOIDED,
    PLACEMENT_GIVEN_UP,
    PLACEMENT_SETTLED,
)
from order_svc.domain.customers.personal import Destination
from order_svc.domain.effects import Effect
from order_svc.domain.orders.allocation import Allocation, place
from order_svc.domain.orders.order import Order
from order_svc.domain.refusals import (
    from_inventory,
    is_final,
    payment_declined,
    placement_expired,
)
from order_svc.ports import (
    AllocationRequest,
    InventoryUnavailable,
    MoneyMove,
    PlacementClaim,
    Tender,
    WantedLine,
    Work,
)
from order_svc.use_cases.change_order import keep
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.entity_events import Cause


@dataclass(frozen=True, slots=True)
class OpenPlacement:
    """A placement that nobody had ended when it was read or begun."""

    order: Order
    claim: PlacementClaim


async def recover_placement(around: Surroundings, order_id: str) -> Outcome | None:
    """Settle a placement whose command has not, if it is still open."""

    async def read(work: Work) -> tuple[OpenPlacement, Destination | None] | None:
        found = await _open_placement(work, order_id)
        return None if found is None else (found, await work.orders.destination_of(order_id))

    found = await around.work.run(read)
    return None if found is None else await settle_placement(around, *found)


async def settle_placement(
    around: Surroundings, found: OpenPlacement, destination: Destination | None
) -> Outcome | None:
    """Reserve stock and money for an order that is PLACING, then open it, or remove it.

    May be called by anyone at any time, any number of times. None: somebody else has ended it.
    Raises InventoryUnavailable or PaymentUnavailable when it is unknown whether stock or money
    was set aside: call it again.
    """
    order = found.order
    too_late = around.clock.now() - order.placed_at > around.placement_patience
    if found.claim.given_up or too_late:
        return await _give_up(around, order)
    answer = await _allocation(around, found, destination)
    around.reached(ALLOCATION_ANSWERED)
    if isinstance(answer, Allocation):
        declined = await _declined(around, order)
        around.reached(PAYMENTS_ANSWERED)
        if declined:
            return await _give_up(around, order, declined)
    outcome, effects = await around.work.run(lambda work: _end(around, work, order.id, answer))
    around.reached(PLACEMENT_SETTLED)
    for effect in effects:
        await around.errands.run_now(effect.key)
    return outcome


def allocation_key(order_id: str) -> str:
    """The key under which the stock of a placement is reserved: the order's own."""
    return f"{order_id}.placement"


async def _open_placement(work: Work, order_id: str) -> OpenPlacement | None:
    claim = await work.orders.claim(order_id)
    order = await work.orders.get(order_id)
    return None if claim is None or order is None else OpenPlacement(order, claim)


async def _allocation(
    around: Surroundings, found: OpenPlacement, destination: Destination | None
) -> Allocation | tuple[Refusal, ...]:
    order = found.order
    request = AllocationRequest(
        key=allocation_key(order.id),
        order_id=order.id,
        channel=order.channel,
        lines=tuple(
            WantedLine(line.id, line.sku, line.quantity, line.serial) for line in order.lines
        ),
        destination=destination,
        accept_until=order.accept_until,
        reservations=found.claim.reservations,
    )
    try:
        return await around.inventory.allocate(request)
    except (Refusal, RefusedAll) as refused:
        refusals = refusals_in(refused)
        if not is_final(refusals):
            raise InventoryUnavailable(str(refused)) from refused
        return tuple(from_inventory(refusal) for refusal in refusals)


async def _declined(around: Surroundings, order: Order) -> tuple[Refusal, ...]:
    """Have every tender authorised; the provider's refusals, if there are any."""
    refusals = []
    for index, payment in enumerate(order.payments):
        answer = await around.payments.authorise(
            Tender(
                key=payment.authorisation.key,
                order_id=order.id,
                method=payment.method,
                token=payment.token,
                amount=payment.amount,
            )
        )
        if not answer.accepted:
            refusals.append(payment_declined(index, answer.reason))
    return tuple(refusals)


async def _end(
    around: Surroundings, work: Work, order_id: str, answer: Allocation | tuple[Refusal, ...]
) -> tuple[Outcome | None, Sequence[Effect]]:
    found = await _open_placement(work, order_id)
    if found is None or found.claim.given_up:
        return None, ()
    if not isinstance(answer, Allocation):
        return await _removed(work, found, Outcome(refusals=answer)), ()
    cause = Cause(found.claim.actor, found.claim.request.mutation, around.clock.now())
    change = place(found.order, answer, around.clock.now())
    await keep(around, work, found.order, change, cause)
    await work.orders.end_claim(order_id)
    return await _recorded(work, found, Outcome({"orderId": order_id})), change.effects


async def _give_up(
    around: Surroundings, order: Order, refusals: Sequence[Refusal] = ()
) -> Outcome | None:
    """End a placement that was declined or has taken too long: nothing is kept, no order remains.

    One that has ended since it was read is left alone: the stock is the order's.
    """
    if not await around.work.run(lambda work: work.orders.give_up(order.id, refusals)):
        return None
    around.reached(PLACEMENT_GIVEN_UP)
    await around.inventory.withdraw(allocation_key(order.id), order.id)
    around.reached(ALLOCATION_WITHDRAWN)
    await _void_all(around, order)
    around.reached(PAYMENTS_VOIDED)

    async def within(work: Work) -> Outcome | None:
        found = await _open_placement(work, order.id)
        if found is None:
            return None
        reasons = found.claim.refusals or (placement_expired(),)
        return await _removed(work, found, Outcome(refusals=reasons))

    outcome = await around.work.run(within)
    around.reached(PLACEMENT_SETTLED)
    return outcome


async def _void_all(around: Surroundings, order: Order) -> None:
    """Let go of every tender, authorised or not: one that is authorised late is refused."""
    for payment in order.payments:
        key = payment.authorisation.key
        await around.payments.void(MoneyMove(f"{key}.void", key, payment.amount))


async def _removed(work: Work, found: OpenPlacement, outcome: Outcome) -> Outcome:
    await work.orders.abandon(found.order)
    return await _recorded(work, found, outcome)


async def _recorded(work: Work, found: OpenPlacement, outcome: Outcome) -> Outcome:
    await work.outcomes.record(found.claim.request, outcome)
    await work.placement_ended(found.order.id)
    return outcome
