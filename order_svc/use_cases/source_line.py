"""Seeking another location for units of a line that the first one could not provide."""

from collections.abc import Sequence

from order_svc.domain.effects import Effect
from order_svc.domain.orders.allocation import Allocation
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.refusals import INSUFFICIENT_STOCK, is_final
from order_svc.domain.stock_effects import SourceLine
from order_svc.ports import AllocationRequest, InventoryUnavailable, WantedLine, Work
from order_svc.use_cases.change_order import keep
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.entity_events import Cause

BY_ITSELF = "service:order_svc"
"""Who acts when nobody asked."""


async def source_line(around: Surroundings, effect: SourceLine) -> None:
    """Reserve as many units as can be found elsewhere; the rest waits or cannot be filled."""
    order = await around.work.run(lambda work: work.orders.get(effect.order_id))
    if order is None:
        return
    found = await _found(around, order, effect)
    effects = await around.work.run(lambda work: _end(around, work, effect, found))
    for following in effects:
        await around.errands.run_now(following.key)


async def _found(around: Surroundings, order: Order, effect: SourceLine) -> tuple[Allocation, ...]:
    """Ask for all the units, then for as many as there are; each size has a key of its own."""
    quantity = effect.quantity
    while quantity > 0:
        request = await _request(around, order, effect, quantity)
        if request is None:
            return ()
        try:
            return (await around.inventory.allocate(request),)
        except (Refusal, RefusedAll) as refused:
            quantity = min(quantity - 1, _available(refusals_in(refused)))
    return ()


async def _request(
    around: Surroundings, order: Order, effect: SourceLine, quantity: int
) -> AllocationRequest | None:
    line = order.line(effect.line_id)
    if line is None:
        return None
    destination = await around.work.run(lambda work: work.orders.destination_of(order.id))
    return AllocationRequest(
        key=f"{effect.key}.{quantity}",
        order_id=order.id,
        channel=order.channel,
        lines=(WantedLine(line.id, line.sku, quantity, line.serial),),
        destination=destination,
        excluded_locations=line.excluded_locations,
        accept_until=order.accept_until,
    )


def _available(refusals: Sequence[Refusal]) -> int:
    """How many units could be had instead; 0 when it was refused for good."""
    if not is_final(refusals):
        raise InventoryUnavailable(str(refusals[0])) from refusals[0]
    first = refusals[0]
    if first.code != INSUFFICIENT_STOCK:
        return 0
    text = first.params.get("available", "0")
    return int(text) if text.isdecimal() else 0


async def _end(
    around: Surroundings, work: Work, effect: SourceLine, found: tuple[Allocation, ...]
) -> Sequence[Effect]:
    """Write down what was found, unless that was done: units given back are not there again."""
    order = await work.orders.get(effect.order_id)
    if not await work.effect_ended(effect.key) or order is None:
        return ()
    now = around.clock.now()
    change = sourced(order, effect.line_id, effect.key, found, now)
    if change is None:
        return ()
    await keep(around, work, order, change, Cause(BY_ITSELF, "sourcing", now))
    return change.effects
