"""No call for one leaf alone, where another of its options does with fewer.

The cost of a choice takes calls of one stage for one request. So a leaf may come by a detour that
ends at a stage where its subgraph is asked anyway, though a call that could start sooner may as
well wait for that request.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.planning.options import Option
from gateway.planning.ways import Way, WayKind


def without_detours(
    leaves: Sequence[Sequence[Option]], chosen: Sequence[Option]
) -> tuple[Option, ...]:
    """The choice, with each leaf by the option that needs the fewest calls of its own.

    A new call has to find its subgraph asked at its stage or later, by a call that stays.
    """
    picked = list(chosen)
    used = Counter(call for option in picked for call in _calls(option))
    for place, options in enumerate(leaves):
        if len(options) > 1:
            picked[place] = _shortest(options, picked[place], used)
    return tuple(picked)


def _shortest(options: Iterable[Option], known: Option, used: Counter[Way]) -> Option:
    """Take the leaf's option out of the account, and the best one in."""
    used.subtract(_calls(known))
    latest: dict[str, int] = {}
    for call, times in used.items():
        if times and not call.is_reentry:
            subgraph = call.at.subgraph
            latest[subgraph] = max(call.stage, latest.get(subgraph, 0))
    best, fewest = known, len(_new(known, used))
    for option in options:
        new = _new(option, used)
        if len(new) < fewest and all(
            not call.is_reentry and call.stage <= latest.get(call.at.subgraph, -1) for call in new
        ):
            best, fewest = option, len(new)
    used.update(_calls(best))
    return best


def _calls(option: Option) -> frozenset[Way]:
    ways = frozenset[Way]().union(*(way.closure for way in option))
    return frozenset(way for way in ways if way.kind in (WayKind.ROOT, WayKind.HOP))


def _new(option: Option, used: Counter[Way]) -> list[Way]:
    return [call for call in _calls(option) if not used[call]]
