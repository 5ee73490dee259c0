"""Aliases for fields that GraphQL would not let share a response key in one subgraph request.

Two object types may answer one response key with types of different shape (`String` here,
`String!` there). The gateway accepts that across subgraphs; a subgraph does not.
"""

from collections.abc import Iterable, Iterator
from itertools import count

from gateway.planning.drafts import Use
from gateway.planning.plan import ListStep, PathStep, Rename
from gateway.planning.ways import Way, WayKind


class Aliases:
    """The aliases of one request part: which ways are renamed, and how to name them back."""

    def __init__(self, use: Use, ways: Iterable[Way]) -> None:
        self._use = use
        self._aliases: dict[Way, str] = {}
        self._renames: list[Rename] = []
        self._assign(list(ways), ())

    def of(self, way: Way) -> str:
        """The response key to ask a field under."""
        return self._aliases.get(way, way.position.key)

    @property
    def renames(self) -> tuple[Rename, ...]:
        """The renames to apply to the answer, outermost first."""
        return tuple(self._renames)

    def _assign(self, ways: list[Way], path: tuple[PathStep, ...]) -> None:
        shapes: dict[str, dict[str, list[Way]]] = {}
        for way in self._fields_below(ways):
            shape = _shape(way) if way.selection else ""
            shapes.setdefault(way.position.key, {}).setdefault(shape, []).append(way)
        for key, by_shape in shapes.items():
            free = (name for at in count(1) if (name := f"_a{at}_{key}") not in shapes)
            for unlike in list(by_shape.values())[1:]:
                self._rename(unlike, path, next(free))
        for key, by_shape in shapes.items():
            for alike in by_shape.values():
                depth = alike[0].output.list_depth if alike[0].output else 0
                self._assign(alike, (*path, key, *[ListStep()] * depth))

    def _rename(self, ways: Iterable[Way], path: tuple[PathStep, ...], alias: str) -> None:
        for way in ways:
            self._aliases[way] = alias
            rename = Rename(path, alias, way.position.key)
            if rename not in self._renames:
                self._renames.append(rename)

    def _fields_below(self, ways: Iterable[Way]) -> Iterator[Way]:
        """The fields of one object, whatever type conditions they stand under."""
        for way in ways:
            for step in self._use.steps.get(way, ()):
                if step.kind is WayKind.TYPE:
                    yield from self._fields_below([step])
                elif step.kind is WayKind.FIELD:
                    yield step


def _shape(way: Way) -> str:
    """What must agree: lists and nulls always, the named type only of leaves."""
    output = way.output
    if output is None:
        return ""
    return output.text if way.node is None else output.text.replace(output.name, "{}")
