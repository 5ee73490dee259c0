"""How many units can be promised from when on, for one position or for many together."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

_MOMENT: Final = attrgetter("at")


class Phase(NamedTuple):
    """So many units can be promised in all, for this moment or any later one before the next."""

    at: datetime
    quantity: int


Phases: TypeAlias = Sequence[Phase]
"""In the order of their moments; before the first one there is nothing."""


def quantity_by(phases: Phases, moment: datetime) -> int:
    """Give what can be promised for a moment."""
    place = bisect_right(phases, moment, key=_MOMENT)
    return phases[place - 1].quantity if place else 0


def added_up(many: Iterable[Phases]) -> tuple[Phase, ...]:
    """Add up in one sweep over all moments; each of them has a phase, whether it differs or not."""
    changes: Counter[datetime] = Counter()
    for phases in many:
        before = 0
        for at, quantity in phases:
            changes[at] += quantity - before
            before = quantity
    moments = sorted(changes)
    return tuple(map(Phase, moments, accumulate(changes[at] for at in moments)))


def limited(phases: Phases, limits: Phases) -> tuple[Phase, ...]:
    """Give no more for any moment than the limit there."""
    moments = sorted({at for each in (phases, limits) for at, _ in each})
    return tuple(Phase(at, min(quantity_by(phases, at), quantity_by(limits, at))) for at in moments)


def held_until(phases: Phases, release: datetime | None) -> tuple[Phase, ...]:
    """Give the phases of an item of which nothing leaves before a moment: until then, none."""
    if not phases or release is None or release <= phases[0].at:
        return tuple(phases)
    by_then = quantity_by(phases, release)
    released = (Phase(release, by_then),) if by_then else ()
    later = (phase for phase in phases if phase.at > release)
    return (Phase(phases[0].at, 0), *released, *later)
