"""Which fields a subgraph uses in its own field sets, and whether those sets make sense."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.problems import Place
from gateway.composition.types import named
from gateway.federation_spec.field_sets import InvalidFieldSet, parse_field_set

Coordinate = tuple[str, str]
_LEAVES = {Kind.SCALAR, Kind.ENUM}


@dataclass(frozen=True, slots=True)
class FieldSet:
    """One field set and where it stands: `directive` on `owner`, selecting on `type_name`."""

    directive: str
    owner: str
    type_name: str
    text: str
    places: tuple[Place, ...] = dataclass_field(default=(), compare=False)


def field_sets(subgraph: Subgraph) -> Iterator[FieldSet]:
    """Every field set of a subgraph."""
    for each in subgraph.types.values():
        for key in each.keys:
            yield FieldSet("key", each.name, each.name, key.fields, key.places)
        for field in each.fields.values():
            owner = f"{each.name}.{field.name}"
            if field.requires is not None:
                places = field.marks.of("requires").places
                yield FieldSet("requires", owner, each.name, field.requires, places)
            if field.provides is not None:
                places = field.marks.of("provides").places
                yield FieldSet("provides", owner, named(field.type), field.provides, places)


def selected_fields(subgraph: Subgraph, used: FieldSet) -> Iterator[tuple[Type, Field, FieldNode]]:
    """The fields a field set selects, nested ones included; raises InvalidFieldSet."""
    selections = parse_field_set(used.text)
    if used.type_name not in subgraph.types:
        raise InvalidFieldSet(f"type {used.type_name} has no fields")
    yield from _selected(subgraph, subgraph.types[used.type_name], selections)


def used_coordinates(subgraph: Subgraph) -> frozenset[Coordinate]:
    """Fields a subgraph needs to know: those in its field sets and in its interfaces."""
    return frozenset(_used_coordinates(subgraph))


def key_coordinates(subgraph: Subgraph, type_name: str) -> frozenset[str]:
    """The top-level field names of the keys of a type."""
    return frozenset(
        node.name.value
        for key in subgraph.types[type_name].keys
        for node in parse_field_set(key.fields).selections
        if isinstance(node, FieldNode)
    )


def coordinates_in(subgraph: Subgraph, directive: str) -> frozenset[Coordinate]:
    """Fields that the field sets of one directive select anywhere in a valid subgraph."""
    return frozenset(_coordinates_in(subgraph, directive))


def _coordinates_in(subgraph: Subgraph, directive: str) -> Iterator[Coordinate]:
    for used in field_sets(subgraph):
        if used.directive == directive:
            try:
                for owner, field, _ in selected_fields(subgraph, used):
                    yield owner.name, field.name
            except InvalidFieldSet:
                continue


def _used_coordinates(subgraph: Subgraph) -> Iterator[Coordinate]:
    for used in field_sets(subgraph):
        try:
            for owner, field, _ in selected_fields(subgraph, used):
                yield owner.name, field.name
                for each in subgraph.types.values():
                    if owner.name in each.interfaces:
                        yield each.name, field.name
        except InvalidFieldSet:
            continue
    for each in subgraph.types.values():
        for interface in each.interfaces:
            declared = subgraph.types.get(interface)
            for name in declared.fields if declared else ():
                yield each.name, name


def _selected(
    subgraph: Subgraph, owner: Type, selections: SelectionSetNode
) -> Iterator[tuple[Type, Field, FieldNode]]:
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            name = node.type_condition.name.value if node.type_condition else owner.name
            if name not in subgraph.types:
                raise InvalidFieldSet(f"there is no type {name}")
            yield from _selected(subgraph, subgraph.types[name], node.selection_set)
        elif isinstance(node, FieldNode) and node.name.value != "__typename":
            yield from _selected_field(subgraph, owner, node)


def _selected_field(
    subgraph: Subgraph, owner: Type, node: FieldNode
) -> Iterator[tuple[Type, Field, FieldNode]]:
    field = owner.fields.get(node.name.value)
    if field is None:
        raise InvalidFieldSet(f"there is no field {owner.name}.{node.name.value}")
    yield owner, field, node
    target = subgraph.types.get(named(field.type))
    is_leaf = target is None or target.kind in _LEAVES
    if node.selection_set is None:
        if not is_leaf:
            raise InvalidFieldSet(f"{owner.name}.{field.name} needs a selection of its fields")
        return
    if target is None or is_leaf:
        raise InvalidFieldSet(f"{owner.name}.{field.name} has no fields to select")
    yield from _selected(subgraph, target, node.selection_set)
