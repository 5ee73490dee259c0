"""Goods that an order waits for have come, or come at another date, or not at all."""

from collections.abc import Sequence

from order_svc.domain.effects import Effect
from order_svc.domain.orders.awaiting import Standing, heard, renewed
from order_svc.ports import Work
from order_svc.use_cases.change_order import keep
from order_svc.use_cases.source_line import BY_ITSELF
from order_svc.use_cases.surroundings import Surroundings
from service_kit.messaging.entity_events import Cause


class StillPlacing(Exception):
    """The order may yet vanish: ask again when its placement has ended."""


async def renew_awaited(around: Surroundings, order_id: str, reservation_id: str) -> None:
    """Bring an order up to what the reservation keeps now, however often and late it is told.

    Whoever has read an older version than another has written changes nothing. Raises
    StillPlacing, or InventoryUnavailable: ask again.
    """
    order = await around.work.run(lambda work: work.orders.get(order_id))
    if order is None:
        return
    if order.is_placing:
        raise StillPlacing(order_id)
    standing = await around.inventory.standing(reservation_id)
    effects = await around.work.run(lambda work: _renew(around, work, order_id, standing))
    for effect in effects:
        await around.errands.run_now(effect.key)


async def _renew(
    around: Surroundings, work: Work, order_id: str, standing: Standing
) -> Sequence[Effect]:
    order = await work.orders.get(order_id)
    noted = None if order is None else heard(order, standing)
    if order is None or noted is None:
        return ()
    now = around.clock.now()
    change = renewed(noted, standing, now)
    if change is None:
        if noted != order:
            await work.orders.save(order, noted)
        return ()
    await keep(around, work, order, change, Cause(BY_ITSELF, "awaited", now))
    return change.effects
