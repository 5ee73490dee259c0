"""What one position can promise for each date, without ever breaking an earlier promise.

The look-ahead form: for a date as much as is left at the worst later moment,

    ATP(t) = min over u >= t of [ units there or come by u - units promised by u ] - withheld

so that whatever is sold for a date leaves enough for everything that was promised for later ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from inventory_svc.domain.stock.inbound.supply import InboundKey


class Step(NamedTuple):
    """Units to be promised from a moment on; negative where too many were promised already."""

    at: datetime
    units: int
    source: InboundKey | None = None


class Phase(NamedTuple):
    """So many units can be promised in all, for this moment or any later one before the next."""

    at: datetime
    quantity: int


class Taking(NamedTuple):
    """Units taken from what is there (no source), or from a supply that comes at a date."""

    source: InboundKey | None
    at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps of one position in the order of their dates; the first is what is there now.

    `withheld` units of what is there are protected. Nothing is promised for later than `latest`.
    """

    steps: tuple[Step, ...]
    withheld: int = 0
    latest: datetime | None = None

    def phases(self) -> tuple[Phase, ...]:
        """Give what can be promised, one phase for each moment at which that changes."""
        phases: list[Phase] = []
        for step, quantity in zip(self.steps, self._promised(), strict=True):
            if self._is_too_late(step.at):
                break
            if phases and phases[-1].at == step.at:
                phases.pop()
            if not phases or phases[-1].quantity != quantity:
                phases.append(Phase(step.at, quantity))
        return tuple(phases)

    def by(self, moment: datetime) -> int:
        """Give what can be promised for a moment, nothing for one before the first step."""
        reached = [phase.quantity for phase in self.phases() if phase.at <= moment]
        return reached[-1] if reached else 0

    def taken(self, units: int, moment: datetime) -> tuple[tuple[Taking, ...], "Timeline"]:
        """Take units for a moment from what comes last before it, and give what is left.

        What is there already stays for those who want it sooner. At most `by(moment)` may be taken.
        """
        takings: list[Taking] = []
        steps = list(self.steps)
        for place in reversed(range(len(steps))):
            step = steps[place]
            if step.at > moment or step.units <= 0 or not units:
                continue
            taking = min(units, step.units)
            takings.append(Taking(step.source, step.at, taking))
            steps[place] = step._replace(units=step.units - taking)
            units -= taking
        return tuple(reversed(takings)), replace(self, steps=tuple(steps))

    def _promised(self) -> Sequence[int]:
        """Give, for each step, the least that is left at it or at any later one."""
        if not self.steps:
            return ()
        left = accumulate(step.units for step in self.steps)
        levels = [units - self.withheld for units in left]
        lowest = list(accumulate(reversed(levels), min))[::-1]
        return [max(0, level) for level in lowest]

    def _is_too_late(self, moment: datetime) -> bool:
        return self.latest is not None and moment > self.latest and moment > self.steps[0].at
