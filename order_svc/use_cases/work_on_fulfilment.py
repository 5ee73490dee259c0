"""What every step of a fulfilment checks first: it exists, the caller works there, the version."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import may_work_at
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, forbidden, not_found
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class FulfilmentCommand(Command):
    """Which fulfilment of which order, and the version that the caller has read."""

    order_id: str
    fulfilment_id: str
    expected_version: int | None = None


Step: TypeAlias = Callable[[Order, Fulfilment], Change]
"""One step of the work on a fulfilment."""


async def work_on_fulfilment(
    around: Surroundings, command: FulfilmentCommand, step: Step
) -> Outcome:
    """Take the step if the caller works at the fulfilment's location."""

    def decide(order: Order) -> Change:
        fulfilment = order.fulfilment(command.fulfilment_id)
        if fulfilment is None:
            raise not_found("fulfilment", "input", "fulfilmentId")
        if not may_work_at(command.caller, fulfilment.location.code):
            raise forbidden("You do not work at this location.", "input", "fulfilmentId")
        expect(command.expected_version, fulfilment.version)
        return step(order, fulfilment)

    return await change_order(around, command, command.order_id, decide)
