"""What the returns service tells orders: units on their way back, back, or kept after all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final, TypeAlias

from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.returning import (
    ReturnedLine,
    complete_return,
    declare_return,
    withdraw_return,
)
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect
from service_kit.commands.idempotency import Outcome


class ReturnStep(Enum):
    """What happens to the units."""

    DECLARE = auto()
    WITHDRAW = auto()
    COMPLETE = auto()


_Rule: TypeAlias = Callable[[Order, str, Sequence[ReturnedLine]], Change]
_RULES: Final[Mapping[ReturnStep, _Rule]] = MappingProxyType(
    {
        ReturnStep.DECLARE: declare_return,
        ReturnStep.WITHDRAW: withdraw_return,
        ReturnStep.COMPLETE: complete_return,
    }
)


@dataclass(frozen=True, slots=True)
class ReturnUnits(Command):
    """Which units of which order, and the return that they belong to."""

    order_id: str
    return_id: str
    step: ReturnStep
    lines: tuple[ReturnedLine, ...]
    expected_version: int | None = None


async def return_units(around: Surroundings, command: ReturnUnits) -> Outcome:
    """Take the step with all the units named, or with none."""
    rule = _RULES[command.step]

    def decide(order: Order) -> Change:
        expect(command.expected_version, order.version)
        return rule(order, command.return_id, command.lines)

    return await change_order(around, command, command.order_id, decide)
