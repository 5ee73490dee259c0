"""Cancelling units of one line; their stock is released."""

from dataclasses import dataclass

from order_svc.domain.orders.cancelling import CancelReason, cancel_line
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.reasons import require_reason
from order_svc.domain.rights.visibility import may_change
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, forbidden, not_found
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class CancelOrderLine(Command):
    """Which line of which order, how many units (None: all that can be), and why."""

    order_id: str
    line_id: str
    reason: CancelReason
    quantity: int | None = None
    expected_version: int | None = None


async def cancel_order_line(around: Surroundings, command: CancelOrderLine) -> Outcome:
    """Cancel units that have not been shipped."""

    def decide(order: Order) -> Change:
        line = order.line(command.line_id)
        if line is None:
            raise not_found("line", "input", "lineId")
        if not may_change(command.caller, order):
            raise forbidden("You may not cancel this line.", "input", "lineId")
        require_reason(command.caller, command.reason)
        expect(command.expected_version, line.version)
        return cancel_line(order, line, command.quantity, command.reason)

    return await change_order(around, command, command.order_id, decide)
