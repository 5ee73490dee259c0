"""Giving money back for an order; planned at once, moved by due work."""

from dataclasses import dataclass

from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.refunding import RefundWish, refund
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class RefundOrder(Command):
    """Which order, and what to give back."""

    order_id: str
    wish: RefundWish
    expected_version: int | None = None


async def refund_order(around: Surroundings, command: RefundOrder) -> Outcome:
    """Plan the refund and have it done; refused if more was asked for than was taken."""

    def decide(order: Order) -> Change | None:
        expect(command.expected_version, order.version)
        return refund(order, command.wish)

    return await change_order(around, command, command.order_id, decide)
