"""Looking again for stock for a line that is back-ordered or could not be filled."""

from dataclasses import dataclass

from order_svc.domain.orders.cancelling import source_again
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import may_change
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, forbidden, not_found
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class SourceOrderLine(Command):
    """Which line of which order."""

    order_id: str
    line_id: str
    expected_version: int | None = None


async def source_order_line(around: Surroundings, command: SourceOrderLine) -> Outcome:
    """Seek stock once more for what waits of the line."""

    def decide(order: Order) -> Change:
        line = order.line(command.line_id)
        if line is None:
            raise not_found("line", "input", "lineId")
        if not may_change(command.caller, order):
            raise forbidden("You may not change this line.", "input", "lineId")
        expect(command.expected_version, line.version)
        return source_again(order, line)

    return await change_order(around, command, command.order_id, decide)
