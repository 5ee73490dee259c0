"""The field sets of @key, @requires and @provides select what exists and makes sense."""

from collections.abc import Iterator

from graphql import FieldNode, print_ast

from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.field_use import DirectiveInFieldSet, FieldSet, field_sets, selected_fields
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import named
from gateway.federation_spec.field_sets import InvalidFieldSet

_KEYS_ON_INTERFACES = (2, 3)


def field_sets_are_valid(composition: Composition) -> Iterator[Problem]:
    """*_INVALID_FIELDS, *_FIELDS_MISSING_EXTERNAL, *_FIELDS_HAS_ARGS, and where they stand."""
    for subgraph in composition.subgraphs:
        for used in field_sets(subgraph):
            yield from _problems(subgraph, used)


def _problems(subgraph: Subgraph, used: FieldSet) -> Iterator[Problem]:
    where = f'On {used.owner}, @{used.directive}(fields: "{used.text}")'
    if _is_out_of_place(subgraph, used):
        message = f"{where}: @{used.directive} is not supported on interfaces."
        code = f"{used.directive.upper()}_UNSUPPORTED_ON_INTERFACE"
        yield Problem(code, message, (subgraph.name,), used.places)
        return
    if used.directive == "provides" and not _is_composite(subgraph, used.type_name):
        message = f"{where}: {used.type_name} has no fields to provide."
        yield Problem("PROVIDES_ON_NON_OBJECT_FIELD", message, (subgraph.name,), used.places)
        return
    try:
        selected = list(selected_fields(subgraph, used))
    except InvalidFieldSet as error:
        in_fields = isinstance(error, DirectiveInFieldSet)
        kind = "DIRECTIVE_IN_FIELDS_ARG" if in_fields else "INVALID_FIELDS"
        code = f"{used.directive.upper()}_{kind}"
        yield Problem(code, f"{where}: {error}.", (subgraph.name,), used.places)
        return
    if used.directive == "key":
        yield from _key_problems(subgraph, where, used, selected)
        return
    if used.directive == "provides":
        yield from _argument_problems(subgraph, where, used, selected)
    if not any(_is_external(subgraph, owner, field) for owner, field, _ in selected):
        code = f"{used.directive.upper()}_FIELDS_MISSING_EXTERNAL"
        if not subgraph.is_federation_1:
            message = f"{where}: none of its fields is marked @external."
            yield Problem(code, message, (subgraph.name,), used.places)


def _key_problems(
    subgraph: Subgraph, where: str, used: FieldSet, selected: list[tuple[Type, Field, FieldNode]]
) -> Iterator[Problem]:
    yield from _argument_problems(subgraph, where, used, selected)
    for owner, field, _ in selected:
        coordinate = f"{owner.name}.{field.name}"
        target = subgraph.types.get(named(field.type))
        if target is not None and target.kind in {Kind.INTERFACE, Kind.UNION}:
            message = f"{where}: {coordinate} is of type {print_ast(field.type)}, no key can be."
            code, places = "KEY_FIELDS_SELECT_INVALID_TYPE", places_of(used, field)
            yield Problem(code, message, (subgraph.name,), places)


def _argument_problems(
    subgraph: Subgraph, where: str, used: FieldSet, selected: list[tuple[Type, Field, FieldNode]]
) -> Iterator[Problem]:
    for owner, field, node in selected:
        if field.arguments or node.arguments:
            message = f"{where}: {owner.name}.{field.name} takes arguments."
            code = f"{used.directive.upper()}_FIELDS_HAS_ARGS"
            yield Problem(code, message, (subgraph.name,), places_of(used, field))


def _is_out_of_place(subgraph: Subgraph, used: FieldSet) -> bool:
    """Interfaces have neither @requires nor @provides, and keys since Federation 2.3 only."""
    owner = subgraph.types[used.owner.partition(".")[0]]
    if owner.kind is not Kind.INTERFACE or owner.is_interface_object:
        return False
    return used.directive != "key" or (2, 0) <= subgraph.version < _KEYS_ON_INTERFACES


def _is_external(subgraph: Subgraph, owner: Type, field: Field) -> bool:
    """External itself, or in some type that implements its interface."""
    return field.external or any(
        owner.name in each.interfaces
        and (declared := each.fields.get(field.name)) is not None
        and declared.external
        for each in subgraph.types.values()
    )


def _is_composite(subgraph: Subgraph, type_name: str) -> bool:
    known = subgraph.types.get(type_name)
    return known is not None and known.kind in {Kind.OBJECT, Kind.INTERFACE, Kind.UNION}
