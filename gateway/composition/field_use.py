"""Which fields a subgraph uses in its own field sets, and whether those sets make sense."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from graphql import (
    FieldNode,
    InlineFragmentNode,
    NonNullTypeNode,
    SelectionNode,
    SelectionSetNode,
    print_ast,
)

from gateway.composition.context_use import context_selection, selection_of
from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.problems import Place
from gateway.composition.types import named
from gateway.federation_spec.field_sets import InvalidFieldSet, parse_field_set
from gateway.federation_spec.literals import fits

Coordinate = tuple[str, str]
_LEAVES = {Kind.SCALAR, Kind.ENUM}


class DirectiveInFieldSet(InvalidFieldSet):
    """A field set carries a directive."""


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
    """The top-level field names of the keys of a type; what is no field set names none."""
    return frozenset(
        node.name.value
        for key in subgraph.types[type_name].keys
        for node in _selections(key.fields)
        if isinstance(node, FieldNode)
    )


def _selections(text: str) -> Sequence[SelectionNode]:
    try:
        return parse_field_set(text).selections
    except InvalidFieldSet:
        return ()


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
    yield from _context_coordinates(subgraph)
    for each in subgraph.types.values():
        for interface in each.interfaces:
            declared = subgraph.types.get(interface)
            for name in declared.fields if declared else ():
                yield each.name, name


def _context_coordinates(subgraph: Subgraph) -> Iterator[Coordinate]:
    """What arguments from contexts select."""
    for each in subgraph.types.values():
        for field in each.fields.values():
            for argument in field.arguments.values():
                name, selection = context_selection(argument.from_context or "")
                for owner in subgraph.types.values():
                    if name and name in owner.contexts:
                        with suppress(InvalidFieldSet):
                            found = _selected(subgraph, owner, selection_of(selection))
                            yield from ((type_.name, used.name) for type_, used, _ in found)


def _selected(
    subgraph: Subgraph, owner: Type, selections: SelectionSetNode
) -> Iterator[tuple[Type, Field, FieldNode]]:
    if not selections.selections:
        raise InvalidFieldSet("nothing is selected")
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            _require_plain(node)
            name = node.type_condition.name.value if node.type_condition else owner.name
            if name not in subgraph.types:
                raise InvalidFieldSet(f"there is no type {name}")
            yield from _selected(subgraph, subgraph.types[name], node.selection_set)
        elif not isinstance(node, FieldNode):
            raise InvalidFieldSet("there is no place for a named fragment")
        elif node.name.value != "__typename":
            yield from _selected_field(subgraph, owner, node)


def _selected_field(
    subgraph: Subgraph, owner: Type, node: FieldNode
) -> Iterator[tuple[Type, Field, FieldNode]]:
    field = selected_type(subgraph, owner, node)
    yield owner, field, node
    if node.selection_set is not None:
        target = subgraph.types[named(field.type)]
        yield from _selected(subgraph, target, node.selection_set)


def selected_type(subgraph: Subgraph, owner: Type, node: FieldNode) -> Field:
    """The field that a node selects on a type, if it may; raises InvalidFieldSet."""
    field = owner.fields.get(node.name.value)
    if field is None:
        raise InvalidFieldSet(f"there is no field {owner.name}.{node.name.value}")
    _require_plain(node)
    _require_arguments(owner, field, node)
    target = subgraph.types.get(named(field.type))
    is_leaf = target is None or target.kind in _LEAVES
    if node.selection_set is None and not is_leaf:
        raise InvalidFieldSet(f"{owner.name}.{field.name} needs a selection of its fields")
    if node.selection_set is not None and is_leaf:
        raise InvalidFieldSet(f"{owner.name}.{field.name} has no fields to select")
    return field


def _require_plain(node: FieldNode | InlineFragmentNode) -> None:
    if node.directives:
        raise DirectiveInFieldSet(f"there is no place for @{node.directives[0].name.value}")
    if isinstance(node, FieldNode) and node.alias is not None:
        raise InvalidFieldSet(f"there is no place for the alias {node.alias.value}")


def _require_arguments(owner: Type, field: Field, node: FieldNode) -> None:
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    for name, value in given.items():
        argument = field.arguments.get(name)
        if argument is None:
            raise InvalidFieldSet(f"{owner.name}.{field.name} has no argument {name}")
        if not fits(value, argument.type):
            said, wanted = print_ast(value), print_ast(argument.type)
            raise InvalidFieldSet(f"{owner.name}.{field.name}({name}:) is {wanted}, not {said}")
    for name, argument in field.arguments.items():
        required = isinstance(argument.type, NonNullTypeNode) and argument.default is None
        if required and name not in given and argument.from_context is None:
            raise InvalidFieldSet(f"{owner.name}.{field.name} needs its argument {name}")
