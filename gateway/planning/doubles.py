"""No object twice: where a choice comes to one place in one subgraph by two ways, one will do.

Many leaves may hang on either way, by fields, hops and inputs. None of them gains by moving alone,
or has kept an option by the other way; all of them together move here.
"""

from collections.abc import Hashable, Iterator, Sequence

from gateway.planning.drafts import path_of
from gateway.planning.effort import Effort
from gateway.planning.options import Option
from gateway.planning.ways import Way, WayKind

MOST_WAYS_LOOKED_AT = 100_000
"""How many ways are moved or looked at for one choice before it is taken as it is."""


def without_doubles(chosen: tuple[Option, ...], effort: Effort) -> tuple[Option, ...]:
    """The choice with every double given up that spares a call without making another later."""
    left, is_better = MOST_WAYS_LOOKED_AT, True
    while is_better:
        is_better, used = False, _used(chosen)
        for old, new in _doubles(used):
            left -= len(used)
            if left < 0:
                return chosen
            moved = _Move(old, new, effort).all(chosen)
            if moved and _calls(_used(moved)) < _calls(used):
                chosen, is_better = moved, True
                break
    return chosen


def _used(chosen: Sequence[Option]) -> frozenset[Way]:
    return frozenset[Way]().union(*(way.closure for option in chosen for way in option))


def _calls(used: frozenset[Way]) -> int:
    return sum(way.kind is not WayKind.FIELD for way in used)


def _doubles(used: frozenset[Way]) -> Iterator[tuple[Way, Way]]:
    """Ways to the same objects in the same subgraph: one to give up, and one to keep for it."""
    places: dict[Hashable, list[Way]] = {}
    for way in sorted(used, key=lambda way: (way.stage, way.number, way.at.subgraph)):
        if way.kind is not WayKind.ROOT:
            place = (way.position, way.node, way.runtime_types, way.requires)
            places.setdefault(place, []).append(way)
    for alike in places.values():
        for late in range(len(alike) - 1, 0, -1):
            old = alike[late]
            yield from ((old, new) for new in alike[:late] if path_of(new) == path_of(old))


class _Move:
    """Moves ways that lead through `old` to `new`, as the search would have grown them there."""

    def __init__(self, old: Way, new: Way, effort: Effort) -> None:
        self._old = old
        self._effort = effort
        self._moved = {old: new}

    def all(self, chosen: Sequence[Option]) -> tuple[Option, ...]:
        """Every option moved; none if one of them cannot be."""
        if any(way.contexts and self._old in way.closure for way in _used(chosen)):
            return ()  # where a context is set is told by the way there
        return tuple(tuple(dict.fromkeys(map(self._to, option))) for option in chosen)

    def _to(self, way: Way) -> Way:
        if self._old not in way.closure or way.parent is None:
            return way
        known = self._moved.get(way)
        if known is None:
            known = self._moved[way] = self._grown(way, way.parent)
        return known

    def _grown(self, way: Way, before: Way) -> Way:
        """The same step from the new place, or with the new inputs."""
        parent, inputs = self._to(before), tuple(dict.fromkeys(map(self._to, way.inputs)))
        key = next(key for key, child in before.children.items() if child is way)
        if parent is before:
            key = (key, inputs)
        known = parent.children.get(key)
        if known is None:
            known = Way(
                way.kind,
                parent,
                way.node,
                way.position,
                way.runtime_types,
                selection=way.selection,
                output=way.output,
                move=way.move,
                inputs=inputs,
                requires=way.requires,
            )
            self._effort.grow()
            known.number = self._effort.grown
            parent.children[key] = known
        return known
