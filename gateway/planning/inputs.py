"""What to send to `_entities`: representations made from the inputs of hops."""

from collections.abc import Iterable, Sequence

from gateway.planning.graph import QueryGraph
from gateway.planning.operation import FieldSelection, Selection
from gateway.planning.plan import (
    ContextSource,
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
)
from gateway.planning.types import TypeWorld
from gateway.planning.ways import Position, Setting, Way
from gateway.supergraph.model import OutputType


class ConflictingInputs(Exception):
    """Two hops cannot share a call: they send different values under one name."""


def representations_of(hops: Iterable[Way], graph: QueryGraph) -> tuple[Representation, ...]:
    """One representation per group of types; raises ConflictingInputs."""
    merged: list[Representation] = []
    for hop in hops:
        _merge_into(merged, representation_of(hop, graph))
    return tuple(merged)


def _merge_into(merged: list[Representation], new: Representation) -> None:
    for index, known in enumerate(merged):
        if (known.types, known.typename) == (new.types, new.typename):
            fields = _merged(known.fields, new.fields)
            merged[index] = Representation(known.types, known.typename, fields)
            return
        if known.types is None or new.types is None or known.types & new.types:
            raise ConflictingInputs
    merged.append(new)


def representation_of(hop: Way, graph: QueryGraph) -> Representation:
    """What one hop alone would send."""
    origin, move = hop.parent, hop.move
    assert origin is not None  # noqa: S101 - a hop starts somewhere
    assert move is not None  # noqa: S101 - and has a key
    key = _fields(move.key, hop.position, graph.world, is_key=True)
    required = _fields(hop.requires, hop.position, graph.world, is_key=False)
    fields = _merged(key, required)
    if graph.is_interface_object(origin.at) or not hop.position.is_abstract:
        return Representation(None, move.typename or origin.at.type_name, fields)
    types = origin.runtime_types
    only = next(iter(types)) if len(types) == 1 else None
    return Representation(types, move.typename or only, fields)


def context_source(setting: Setting, steps: int, graph: QueryGraph) -> ContextSource:
    """Where a context may be set, seen from a path of which the first steps lead there."""
    position = setting.origin.position
    selections = _fields(setting.selections, position, graph.world, is_key=False)
    return ContextSource(steps, setting.types, selections)


def _fields(
    selections: Sequence[Selection], position: Position, world: TypeWorld, *, is_key: bool
) -> tuple[RepresentationSelection, ...]:
    result: list[RepresentationSelection] = []
    for selection in selections:
        if isinstance(selection, FieldSelection):
            result.append(_field(selection, position, world, is_key=is_key))
        else:
            inner = _fields(selection.selections, position, world, is_key=is_key)
            types = world.runtime_types(selection.type_name)
            result.append(RepresentationFragment(types, inner))
    return tuple(result)


def _field(
    selection: FieldSelection, position: Position, world: TypeWorld, *, is_key: bool
) -> RepresentationField:
    key = position.key_of(selection)
    below: tuple[RepresentationSelection, ...] = ()
    if selection.selections:
        is_abstract = world.is_abstract(selection.type.name)
        child = position.child(key, selection.type, is_abstract=is_abstract)
        below = _fields(selection.selections, child, world, is_key=is_key)
        if is_abstract and not any(_is_typename(each) for each in below):
            below = (RepresentationField("__typename", "__typename"), *below)
    return RepresentationField(
        name=selection.name,
        response_key=key,
        selections=below,
        nullable=not is_key and _may_be_null(selection.type),
    )


def _is_typename(selection: RepresentationSelection) -> bool:
    return isinstance(selection, RepresentationField) and selection.name == "__typename"


def _may_be_null(output: OutputType) -> bool:
    return not output.non_null


def _merged(
    left: Sequence[RepresentationSelection], right: Sequence[RepresentationSelection]
) -> tuple[RepresentationSelection, ...]:
    result = list(left)
    for new in right:
        index = next((at for at, known in enumerate(result) if _is_same(known, new)), None)
        if index is None:
            result.append(new)
        else:
            result[index] = _both(result[index], new)
    return tuple(result)


def _is_same(known: RepresentationSelection, new: RepresentationSelection) -> bool:
    if isinstance(known, RepresentationField) and isinstance(new, RepresentationField):
        if known.name != new.name:
            return False
        if known.response_key != new.response_key:
            raise ConflictingInputs
        return True
    return (
        isinstance(known, RepresentationFragment)
        and isinstance(new, RepresentationFragment)
        and known.types == new.types
    )


def _both(known: RepresentationSelection, new: RepresentationSelection) -> RepresentationSelection:
    selections = _merged(known.selections, new.selections)
    if isinstance(known, RepresentationField) and isinstance(new, RepresentationField):
        nullable = known.nullable and new.nullable
        return RepresentationField(known.name, known.response_key, selections, nullable)
    assert isinstance(known, RepresentationFragment)  # noqa: S101 - same kind, see _is_same
    return RepresentationFragment(known.types, selections)
