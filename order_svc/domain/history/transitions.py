"""Which units went from where to where between two versions of an order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from order_svc.domain.fulfilments.fulfilment import Place
from order_svc.domain.lifecycles.slices import STEPS, SliceState
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.order import Order


@dataclass(frozen=True, slots=True)
class Transition:
    """Units of one line that went from one state to another.

    `place` is where they are now, or else where they were; None if no location has had them.
    """

    line_id: str
    before: SliceState
    after: SliceState
    quantity: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class _Units:
    state: SliceState
    fulfilment_id: str | None


def transitions_of(before: Order, after: Order) -> tuple[Transition, ...]:
    """Give what moved; the slices before, so moved, have the states of the slices after."""
    return tuple(
        transition
        for line in after.lines
        for transition in _of_line(before.line(line.id), line, before, after)
    )


def _of_line(earlier: Line | None, line: Line, before: Order, after: Order) -> Iterator[Transition]:
    if earlier is None or earlier.slices == line.slices:
        return
    was, now = _counted(earlier), _counted(line)
    left = {units: count - now.get(units, 0) for units, count in was.items()}
    come = {units: count - was.get(units, 0) for units, count in now.items()}
    for rank in range(_RANKS):
        for gone, arrived in _pairs(left, come):
            if _rank(gone, arrived) > rank:
                continue
            moved = min(left[gone], come[arrived])
            if moved > 0 and gone.state is not arrived.state:
                left[gone] -= moved
                come[arrived] -= moved
                place = _place(after, arrived) or _place(before, gone)
                yield Transition(line.id, gone.state, arrived.state, moved, place)


def _counted(line: Line) -> Mapping[_Units, int]:
    counts: dict[_Units, int] = {}
    for part in line.slices:
        units = _Units(part.state, part.hands.fulfilment_id)
        counts[units] = counts.get(units, 0) + part.quantity
    return counts


def _pairs(
    left: Mapping[_Units, int], come: Mapping[_Units, int]
) -> Iterator[tuple[_Units, _Units]]:
    return (
        (gone, arrived)
        for gone, units in left.items()
        if units > 0
        for arrived, wanted in come.items()
        if wanted > 0
    )


_RANKS = 4


def _rank(gone: _Units, arrived: _Units) -> int:
    """Say how likely it is that these became those: 0 is one step in the same hands."""
    follows = arrived.state in STEPS[gone.state]
    comes_to = arrived.state in reachable(gone.state)
    stays = gone.fulfilment_id == arrived.fulfilment_id
    if comes_to and stays:
        return 0
    if follows:
        return 1
    return 2 if comes_to else 3


@lru_cache(maxsize=len(SliceState))
def reachable(state: SliceState) -> frozenset[SliceState]:
    """Give every state that units in this one may come to."""
    found: set[SliceState] = set()
    waiting = [state]
    while waiting:
        following = STEPS[waiting.pop()] - found
        found |= following
        waiting += following
    return frozenset(found)


def _place(order: Order, units: _Units) -> Place | None:
    fulfilment = order.fulfilment(units.fulfilment_id or "")
    return None if fulfilment is None else fulfilment.location
