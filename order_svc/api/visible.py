"""Orders and customers as far as the caller may see them."""

from order_svc.api.context import Info
from order_svc.domain.customers.customer import Customer
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import may_see, may_see_customer
from order_svc.ports import OrderFilter


async def visible_order(info: Info, order_id: str) -> Order | None:
    """The order, if it exists and the caller may see it."""
    order = await info.context.loaders.orders.load(order_id)
    return order if order is not None and may_see(info.context.caller, order) else None


async def visible_customer(info: Info, customer_id: str) -> Customer | None:
    """The customer, if they exist and the caller may see them, or an order of theirs."""
    customer = await info.context.loaders.customers.load(customer_id)
    if customer is None or may_see_customer(info.context.caller, customer.id, customer.ref):
        return customer
    theirs = OrderFilter(customer_id=customer.id)
    orders = await info.context.reader.count_orders(info.context.visibility, theirs, 1)
    return customer if orders > 0 else None
