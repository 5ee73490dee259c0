"""`@cost` and `@listSize` stand where they mean something."""

from collections.abc import Iterator

from graphql import ListTypeNode, NonNullTypeNode, TypeNode

from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import named


def costs_are_sound(composition: Composition) -> Iterator[Problem]:
    """LIST_SIZE_*, COST_APPLIED_TO_INTERFACE_FIELD."""
    for subgraph in composition.subgraphs:
        for each in subgraph.types.values():
            for field in each.fields.values():
                coordinate = f"{each.name}.{field.name}"
                is_interface = each.kind is Kind.INTERFACE and not each.is_interface_object
                if is_interface and field.marks.cost is not None:
                    message = f"{coordinate} costs what it costs on each type: put @cost there."
                    places = field.marks.of("cost").places
                    code = "COST_APPLIED_TO_INTERFACE_FIELD"
                    yield Problem(code, message, (subgraph.name,), places)
                for code, message in _list_problems(subgraph, field, coordinate):
                    places = places_of(field.marks.of("listSize"))
                    yield Problem(code, message, (subgraph.name,), places)


def _list_problems(subgraph: Subgraph, field: Field, coordinate: str) -> Iterator[tuple[str, str]]:
    size = field.marks.list_size
    if size is None:
        return
    if not size.sized_fields and not _is_list(field.type):
        yield "LIST_SIZE_APPLIED_TO_NON_LIST", f"{coordinate} is no list."
    if size.assumed is not None and size.assumed < 0:
        yield "LIST_SIZE_INVALID_ASSUMED_SIZE", f"{coordinate} cannot have {size.assumed} items."
    for name in size.slicing_arguments or ():
        argument = field.arguments.get(name)
        code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
        if argument is None:
            yield code, f"{coordinate} has no argument {name} to be sliced by."
        elif _is_list(argument.type) or named(argument.type) != "Int":
            yield code, f"{coordinate}({name}:) is no Int, so nothing can be sliced by it."
    yield from _sized_field_problems(subgraph.types.get(named(field.type)), field, coordinate)


def _sized_field_problems(
    target: Type | None, field: Field, coordinate: str
) -> Iterator[tuple[str, str]]:
    size = field.marks.list_size
    sized = size.sized_fields if size else None
    if sized and (target is None or not target.fields):
        yield "LIST_SIZE_INVALID_SIZED_FIELD", f"{coordinate} has no fields that could be lists."
        return
    for name in sized or ():
        inner = target.fields.get(name) if target else None
        if inner is None:
            what = target.name if target else ""
            yield "LIST_SIZE_INVALID_SIZED_FIELD", f"{coordinate}: {what} has no field {name}."
        elif not _is_list(inner.type):
            yield "LIST_SIZE_APPLIED_TO_NON_LIST", f"{coordinate}: the field {name} is no list."


def _is_list(node: TypeNode) -> bool:
    return isinstance(node.type if isinstance(node, NonNullTypeNode) else node, ListTypeNode)
