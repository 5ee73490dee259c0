"""What one position can promise for each date, without ever breaking an earlier promise.

The look-ahead form: for a date as much as is left at the worst later moment,

    ATP(t) = min over u >= t of [ units there or come by u - units promised by u ]

so that whatever is sold for a date leaves enough for everything that was promised for later ones.
Where goods have to leave before a date of their own, that becomes a matching: of those that are
there at a date as many can be promised for it as no earlier promise needs.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import accumulate
from typing import Final, NamedTuple

from inventory_svc.domain.stock.inbound.phase import Phase, Phases, added_up, quantity_by
from inventory_svc.domain.stock.inbound.supply import InboundKey

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Step(NamedTuple):
    """Units to be promised from a moment on, up to but without `until`; None is for ever.

    They are negative where too many were promised already.
    """

    at: datetime
    units: int
    source: InboundKey | None = None
    until: datetime | None = None

    @property
    def end(self) -> datetime:
        """The first moment for which they cannot be promised any more."""
        return self.until or _NEVER

    def lasts(self, moment: datetime) -> bool:
        """Whether they are there at a moment, and may still leave."""
        return self.at <= moment < self.end


class Taking(NamedTuple):
    """Units taken from what is there (no source), or from a supply that comes at a date."""

    source: InboundKey | None
    at: datetime
    units: int


@dataclass(frozen=True)
class Timeline:
    """The steps of one position in the order of their dates; the first is what is there now."""

    steps: tuple[Step, ...]

    def phases(self) -> tuple[Phase, ...]:
        """Give what can be promised, one phase for each moment at which that changes."""
        return self._phases

    def by(self, moment: datetime) -> int:
        """Give what can be promised for a moment, nothing for one before the first step."""
        return quantity_by(self._phases, moment)

    @cached_property
    def _phases(self) -> tuple[Phase, ...]:
        phases: list[Phase] = []
        for phase in self._matched() if self._needs_matching else self._at_the_worst():
            if not phases or phases[-1].quantity != phase.quantity:
                phases.append(phase)
        return tuple(phases)

    @cached_property
    def _owes(self) -> bool:
        return any(step.units < 0 for step in self.steps)

    @cached_property
    def _needs_matching(self) -> bool:
        """Whether it matters to earlier promises which units are taken."""
        return self._owes and any(step.until is not None and step.units > 0 for step in self.steps)

    def _at_the_worst(self) -> Iterable[Phase]:
        """Give for each moment what is left at the worst later one; what ends takes nothing."""
        left = added_up(map(_course_of, self.steps))
        if not self._owes:
            return left
        worst = accumulate((phase.quantity for phase in reversed(left)), min)
        quantities = [max(0, quantity) for quantity in worst]
        return map(Phase, (phase.at for phase in left), reversed(quantities))

    @cached_property
    def _left(self) -> Phases:
        moments = self._moments()
        return tuple(map(Phase, moments, levels(self.steps, moments)))

    def _matched(self) -> Iterator[Phase]:
        for moment in self._moments():
            there = sum(max(0, step.units) for step in self.steps if step.lasts(moment))
            yield Phase(moment, self._most(there, partial(self._owing_more, moment), moment))

    def _owing_more(self, moment: datetime, units: int) -> Sequence[Step]:
        return (*self.steps, Step(moment, -units))

    def taken(self, units: int, moment: datetime) -> tuple[tuple[Taking, ...], "Timeline"]:
        """Take units for a moment from what lasts longest, then from what comes last before it.

        What is there already stays for those who want it sooner. At most `by(moment)` may be taken.
        """
        left = self
        takings: list[Taking] = []
        for step in sorted(self.steps, key=_preference, reverse=True):
            if units and step.units > 0 and step.lasts(moment):
                taking = left._most_of(step, units, moment)
                takings.append(Taking(step.source, step.at, taking))
                left = left._without(step, taking)
                units -= taking
        found = (taking for taking in takings if taking.units)
        return tuple(sorted(found, key=lambda taking: taking.at)), left

    def _most_of(self, step: Step, units: int, moment: datetime) -> int:
        """Give how many of the units one step can give, the others coming from the other steps."""
        if not self._needs_matching:
            return min(units, step.units)

        def with_taken(taking: int) -> tuple[Step, ...]:
            return (*self._without(step, taking).steps, Step(moment, taking - units))

        return self._most(min(units, step.units), with_taken, moment)

    def _without(self, step: Step, units: int) -> "Timeline":
        rest = step._replace(units=step.units - units)
        return Timeline(tuple(rest if each is step else each for each in self.steps))

    def _most(self, units: int, changed: Callable[[int], Sequence[Step]], moment: datetime) -> int:
        """Give how many of so many units can be promised and no earlier promise is kept later."""
        moments = self._moments(moment)
        least = [min(0, quantity_by(self._left, at)) for at in moments]

        def put_off(promised: int) -> int:
            after = levels(changed(promised), moments)
            return sum(max(0, owed - left) for owed, left in zip(least, after, strict=True))

        units = max(0, min(units, quantity_by(self._left, moment)))
        return units if not put_off(units) else bisect_right(range(1, units), 0, key=put_off)

    def _moments(self, *more: datetime) -> list[datetime]:
        starts = (step.at for step in self.steps)
        ends = (step.until for step in self.steps if step.until is not None)
        return sorted({*starts, *ends, *more})


def levels(steps: Sequence[Step], moments: Sequence[datetime]) -> Iterator[int]:
    """Give what is left at each moment when everything promised is served, or else what is owed.

    It is served as soon as it can be, each time from what has to leave first.
    """
    coming = deque(sorted(steps, key=lambda step: step.at))
    there: list[Step] = []
    owed = 0
    for moment in moments:
        while coming and coming[0].at <= moment:
            step = coming.popleft()
            if step.units > 0:
                there.append(step)
            owed -= min(0, step.units)
        there = [step for step in there if step.lasts(moment)]
        if owed:
            there, owed = _served(there, owed)
        yield sum(step.units for step in there) - owed


def _served(there: Sequence[Step], owed: int) -> tuple[list[Step], int]:
    """Give what is left of what is there, and of what is owed."""
    left: list[Step] = []
    for step in sorted(there, key=lambda step: step.end):
        units = min(step.units, owed)
        owed -= units
        if step.units > units:
            left.append(step._replace(units=step.units - units))
    return left, owed


def _course_of(step: Step) -> Sequence[Phase]:
    """Give the units of a step from its date until they end; what is owed does not end."""
    begins = Phase(step.at, step.units)
    if step.until is None or step.units <= 0:
        return (begins,)
    return (begins, Phase(step.until, 0)) if step.at < step.until else ()


def _preference(step: Step) -> tuple[bool, datetime, datetime]:
    return step.source is not None, step.end, step.at
