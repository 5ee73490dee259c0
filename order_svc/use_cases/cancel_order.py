"""Cancelling a whole order; its stock is released."""

from dataclasses import dataclass

from order_svc.domain.orders.cancelling import CancelReason, cancel_order
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.reasons import require_reason
from order_svc.domain.rights.visibility import may_change
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, forbidden
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class CancelOrder(Command):
    """Which order, why, and the version that the caller has read."""

    order_id: str
    reason: CancelReason
    expected_version: int | None = None


async def cancel_whole_order(around: Surroundings, command: CancelOrder) -> Outcome:
    """Cancel everything of an order; refused once anything has been shipped."""

    def decide(order: Order) -> Change:
        if not may_change(command.caller, order):
            raise forbidden("You may not cancel this order.", "input", "orderId")
        require_reason(command.caller, command.reason)
        expect(command.expected_version, order.version)
        return cancel_order(order, command.reason)

    return await change_order(around, command, command.order_id, decide)
