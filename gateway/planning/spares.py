"""No call that is kept for a few leaves which can do without it, now that others have left it.

None of those leaves gains by moving alone, as long as another of them keeps the call.
"""

from collections.abc import Sequence

from gateway.planning.choice import choose_greedily, cost_of
from gateway.planning.options import Option
from gateway.planning.ways import Way, WayKind

MOST_GIVEN_UP = 100


def without_spares(
    leaves: Sequence[Sequence[Option]], chosen: Sequence[Option]
) -> tuple[Option, ...]:
    """The choice, with each call given up whose leaves together are cheaper by other options.

    That they are cheaper is not enough: requests of one stage count as one, their calls do not.
    """
    picked, cost = tuple(chosen), cost_of(chosen)
    calls = _calls(picked)
    for call in calls[:MOST_GIVEN_UP]:
        open_to = [
            [option for option in options if not _needs(option, call)]
            if _needs(known, call)
            else [known]
            for options, known in zip(leaves, picked, strict=True)
        ]
        if all(open_to):
            moved = choose_greedily(open_to)
            fewer, price = _calls(moved), cost_of(moved)
            if len(fewer) < len(calls) and price < cost:
                picked, cost, calls = moved, price, fewer
    return picked


def _needs(option: Option, call: Way) -> bool:
    return any(call in way.closure for way in option)


def _calls(chosen: Sequence[Option]) -> list[Way]:
    """Every call of the choice, the last ones first."""
    ways = frozenset[Way]().union(*(way.closure for option in chosen for way in option))
    calls = (way for way in ways if way.kind in (WayKind.ROOT, WayKind.HOP))
    return sorted(calls, key=lambda way: (-way.stage, way.number, way.at.subgraph))
