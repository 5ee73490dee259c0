"""Orders as far as the caller may see them."""

from order_svc.api.context import Info
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import may_see


async def visible_order(info: Info, order_id: str) -> Order | None:
    """The order, if it exists and the caller may see it."""
    order = await info.context.loaders.orders.load(order_id)
    return order if order is not None and may_see(info.context.caller, order) else None
