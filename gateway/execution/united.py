"""Which objects of the tree may become one: those that are equal, at places that stay alike.

Where lists bring the same entity again and again, with nothing but its key or with all that one
subgraph has of it, gathering puts one object in all its places. Then whatever is merged into it,
and its completion, is done once, and what is below it is walked once. A path may be treated so if,
from then on, whatever happens at one of its places happens at all of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gateway.execution.given import keys_of
from gateway.planning.plan import Fetch, ListStep, Path, QueryPlan, TypeStep

MOST_PLACES = 64
"""Of plans with more of them nothing is united: each is compared with every other."""

GivenKeys = Callable[[int], frozenset[str]]
"""Gives the response keys that a fetch, by its number, gives to the objects it is about."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A path at which a fetch merges what it brings; `bare` is the path without its types."""

    fetch: int
    path: Path
    bare: Path


def united_paths(plan: QueryPlan, given_keys: GivenKeys) -> dict[int, frozenset[Path]]:
    """Give, by fetch, the paths whose objects it may unite while it gathers them."""
    if any(call.contexts for fetch in plan.fetches for call in fetch.entity_calls):
        return {}
    places = [place for fetch in plan.fetches for place in _places(fetch)]
    if len(places) > MOST_PLACES:
        return {}
    before = _before(plan.fetches)
    united: dict[int, set[Path]] = {}
    for place in places:
        if place.path and _repeats(place.path) and plan.fetches[place.fetch].entity_calls:
            others = [other for other in places if other is not place]
            if all(
                _stays_alike(place, other, before, given_keys) for other in others
            ) and _is_still(place, others, before):
                united.setdefault(place.fetch, set()).add(place.path)
    return {fetch: frozenset(paths) for fetch, paths in united.items()}


def _before(fetches: Sequence[Fetch]) -> dict[int, frozenset[int]]:
    """Give the fetches that have ended, whatever came of them, when a fetch starts."""
    before: dict[int, frozenset[int]] = {}
    for fetch in fetches:
        needed = frozenset(fetch.depends_on)
        before[fetch.id] = needed.union(*(before[one] for one in needed))
    return before


def _places(fetch: Fetch) -> Iterator[_Place]:
    paths = [path for call in fetch.entity_calls for path in call.paths]
    for path in paths or fetch.paths or [()]:
        yield _Place(fetch.id, path, tuple(one for one in path if not isinstance(one, TypeStep)))


def _repeats(path: Path) -> bool:
    has_lists = any(isinstance(step, ListStep) for step in path)
    return has_lists and not isinstance(path[-1], TypeStep)


def _stays_alike(
    place: _Place, other: _Place, before: dict[int, frozenset[int]], given_keys: GivenKeys
) -> bool:
    """Whether what `other` brings comes to all objects at a place, or has come already."""
    length = len(place.bare)
    if other.bare[:length] == place.bare:
        if other.path[: len(place.path)] != place.path:
            return False
        # Who has gathered these objects must not be left with ones that stand nowhere any more.
        return len(other.bare) > length or place.fetch in before[other.fetch]
    if place.bare[: len(other.bare)] != other.bare or other.fetch in before[place.fetch]:
        return True
    next_key = keys_of(place.bare[len(other.bare) :])[0]
    return next_key not in given_keys(other.fetch)


def _is_still(place: _Place, others: Sequence[_Place], before: dict[int, frozenset[int]]) -> bool:
    """Whether nothing comes to the objects at a place between two gatherings of what is there.

    Fetches that are under way beside the one that unites have gathered what is below these
    objects. Those that are equal now must have been equal then: if one had been passed over, and
    were the one that is left, what comes for the others would stand nowhere.
    """
    length = len(place.bare)
    beside = {
        other.fetch
        for other in others
        if other.bare[:length] == place.bare
        and other.fetch != place.fetch
        and other.fetch not in before[place.fetch]
        and place.fetch not in before[other.fetch]
    }
    return all(before[place.fetch] <= before[one] for one in beside) and all(
        one in before[other] or other in before[one] for one, other in combinations(beside, 2)
    )
