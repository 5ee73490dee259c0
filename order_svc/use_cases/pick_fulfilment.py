"""Recording a round of picking; what is short is sought elsewhere at once."""

from dataclasses import dataclass

from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.use_cases.surroundings import Surroundings
from order_svc.use_cases.work_on_fulfilment import FulfilmentCommand, work_on_fulfilment
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class PickFulfilment(FulfilmentCommand):
    """What was picked and what was not there."""

    lines: tuple[PickedLine, ...] = ()


async def pick_fulfilment(around: Surroundings, command: PickFulfilment) -> Outcome:
    """Record what was picked; the stock of what is short is corrected."""
    now = around.clock.now()
    return await work_on_fulfilment(
        around, command, lambda order, fulfilment: pick(order, fulfilment, command.lines, now)
    )
