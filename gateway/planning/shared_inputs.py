"""Whether hops may send their objects as one: none may come to need an input it could lack.

An object whose representation lacks a key or a never-null input is not sent at all. What one hop
adds to the representation must therefore be there whenever any other hop of the call is wanted.

Objects of several types that are sent under one name are all asked for the same. So hops from
unlike types are only together there if each sends and asks for what the others do.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.planning.conditions import Alternatives, covers, either
from gateway.planning.drafts import Use
from gateway.planning.graph import QueryGraph
from gateway.planning.inputs import representation_of, representations_of
from gateway.planning.operation import FieldSelection, Selection
from gateway.planning.types import TypeWorld
from gateway.planning.ways import Position, Way


@dataclass(frozen=True, slots=True)
class _Needs:
    """What one hop cannot do without: places in the tree, each with when it is fetched."""

    when: Alternatives
    fetched: Mapping[Position, Sequence[Alternatives]]


def may_share_inputs(hops: Sequence[Way], graph: QueryGraph, use: Use) -> bool:
    """Whether each hop, sent with what all of them need, still finds it under its conditions.

    And whether no object is asked for more than the hops from its own type ask.
    """
    if not _ask_alike(hops, graph, use):
        return False
    if len({frozenset(use.of([hop])) for hop in hops}) == 1:
        return True
    if any(hop.contexts for hop in hops):
        return False
    groups: dict[object, list[Way]] = {}
    for hop in hops:
        alone = representation_of(hop, graph)
        groups.setdefault((alone.types, alone.typename), []).append(hop)
    return all(
        _all_find_all([_needs(hop, graph.world, use) for hop in alike])
        for alike in groups.values()
        if len(alike) > 1
    )


def _ask_alike(hops: Sequence[Way], graph: QueryGraph, use: Use) -> bool:
    """Whether hops that enter at one type send and ask the same, whatever types they are from."""
    entered: dict[str, dict[frozenset[str], list[Way]]] = {}
    for hop in hops:
        if hop.parent is not None:
            from_types = entered.setdefault(hop.at.type_name, {})
            from_types.setdefault(hop.parent.runtime_types, []).append(hop)
    return all(
        len({(_sent(alike, graph), _asked(alike, use)) for alike in from_types.values()}) == 1
        for from_types in entered.values()
        if len(from_types) > 1
    )


def _sent(hops: Sequence[Way], graph: QueryGraph) -> Hashable:
    return frozenset(each for one in representations_of(hops, graph) for each in one.fields)


def _asked(ways: Sequence[Way], use: Use) -> Hashable:
    """The fields and types below some ways, those of one name taken together."""
    below: dict[Hashable, list[Way]] = {}
    for way in ways:
        for step in use.steps.get(way, ()):
            asked = step.selection
            name = (asked.name, asked.arguments) if asked else step.at.type_name
            below.setdefault((step.kind, step.position.key, name, way.contexts), []).append(step)
    return frozenset(
        (name, frozenset(use.of(steps)), _asked(steps, use)) for name, steps in below.items()
    )


def _all_find_all(together: Sequence[_Needs]) -> bool:
    fetched: dict[Position, list[Sequence[Alternatives]]] = {}
    for needs in together:
        for position, every in needs.fetched.items():
            fetched.setdefault(position, []).append(every)
    wanted = either(needs.when for needs in together)
    return all(
        any(all(covers(each, conditions) for each in every) for every in known)
        for known in fetched.values()
        for conditions in wanted
    )


def _needs(hop: Way, world: TypeWorld, use: Use) -> _Needs:
    assert hop.move is not None  # noqa: S101 - a hop has a key
    fetched = {
        position: _fetched_at(position, hop, use)
        for position in (
            *_needed(hop.move.key, hop.position, world, is_key=True),
            *_needed(hop.requires, hop.position, world, is_key=False),
        )
    }
    return _Needs(use.of([hop]), fetched)


def _needed(
    selections: Iterable[Selection], position: Position, world: TypeWorld, *, is_key: bool
) -> Iterator[Position]:
    for selection in selections:
        if isinstance(selection, FieldSelection):
            is_abstract = world.is_abstract(selection.type.name)
            key = position.key_of(selection)
            child = position.child(key, selection.type, is_abstract=is_abstract)
            if is_key or selection.type.non_null:
                yield child
            yield from _needed(selection.selections, child, world, is_key=is_key)
        else:
            yield from _needed(selection.selections, position, world, is_key=is_key)


def _fetched_at(position: Position, hop: Way, use: Use) -> list[Alternatives]:
    """When each part of what the hop wants at a place and below it is fetched."""
    return [use.of([way]) for way in hop.inputs if position in _up_to(way.position)]


def _up_to(position: Position) -> Iterator[Position]:
    here: Position | None = position
    while here is not None:
        yield here
        here = here.parent
