"""Contexts: arguments that are filled from an object around, the nearest one that sets the context.

Which objects those are is known when a way is: they are the ones it leads through.
"""

from collections.abc import Iterable, Iterator

from gateway.planning.graph import ContextMove, QueryGraph
from gateway.planning.operation import Selection, TypeSelection
from gateway.planning.ways import Context, Setting, Way, WayKind


def contexts_at(
    way: Way, moves: Iterable[ContextMove], graph: QueryGraph
) -> tuple[Context, ...] | None:
    """Where each argument gets its value from; None if nothing around ever sets one of them."""
    found = []
    for move in moves:
        settings = tuple(_settings(way, move, graph))
        if not settings:
            return None
        found.append(Context(move.argument.name, move.argument.type, settings))
    return tuple(found)


def _settings(way: Way, move: ContextMove, graph: QueryGraph) -> Iterator[Setting]:
    """Nearest first, up to the first place where every object sets the context."""
    for origin in _around(way):
        types = _types_at(origin, graph)
        matching = move.setters & types
        if matching and matching == types:
            yield Setting(origin, None, _selections(origin, types, move, graph))
            return
        if graph.is_interface_object(origin.at):
            matching = move.setters & graph.world.runtime_types(origin.at.type_name)
        if matching:
            yield Setting(origin, matching, _selections(origin, matching, move, graph))


def _around(way: Way) -> Iterator[Way]:
    """The objects that the way leads through, inside out; its own object is none of them."""
    here: Way | None = way
    while here is not None:
        if here.kind is WayKind.FIELD and here.parent is not None:
            yield here.parent
        here = here.parent


def _types_at(origin: Way, graph: QueryGraph) -> frozenset[str]:
    if graph.is_interface_object(origin.at):
        return frozenset({origin.at.type_name})
    return origin.runtime_types


def _selections(
    origin: Way, types: Iterable[str], move: ContextMove, graph: QueryGraph
) -> tuple[Selection, ...]:
    """What to read there; a selection may have a part for each type that sets the context."""
    subgraph, text, name = move.subgraph, move.argument.selection, origin.at.type_name
    if name in move.setters:
        return graph.field_set(subgraph, name, text)
    (first, *others) = sorted(types)
    if not others and not origin.position.is_abstract:
        return graph.field_set(subgraph, first, text)
    return tuple(
        TypeSelection(each, graph.field_set(subgraph, each, text)) for each in sorted(types)
    )
