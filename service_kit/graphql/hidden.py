"""What only services reach is hidden from the public graph; services call each other directly."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_interface_type,
)
from strawberry.federation.schema_directives import Inaccessible
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition

from service_kit.identity.caller import SERVICE_ROLE

_DEFINITION = "strawberry-definition"
_KIT = "service_kit."


def hiding(*roles: str) -> list[object]:
    """Give the directives of a field for these roles: @inaccessible when it is for services."""
    return [Inaccessible()] if set(roles) == {SERVICE_ROLE} else []


def hide_what_only_services_reach(graph: GraphQLSchema) -> None:
    """Mark @inaccessible the service's own types that only hidden fields lead to.

    The kit's own types stay: another subgraph may show them.
    """
    shown = _reached(graph, through_hidden=False)
    for name, type_ in _reached(graph, through_hidden=True).items():
        definition: Any = type_.extensions.get(_DEFINITION)
        if name not in shown and _is_own(definition) and not _is_hidden(definition):
            definition.directives = [*(definition.directives or ()), Inaccessible()]


def _reached(graph: GraphQLSchema, *, through_hidden: bool) -> dict[str, GraphQLNamedType]:
    waiting: list[GraphQLNamedType | None] = [
        graph.query_type,
        graph.mutation_type,
        graph.subscription_type,
        graph.type_map.get("_Entity"),
    ]
    found: dict[str, GraphQLNamedType] = {}
    while waiting:
        type_ = waiting.pop()
        if type_ is not None and type_.name not in found:
            found[type_.name] = type_
            waiting.extend(_next(graph, type_, through_hidden=through_hidden))
    return found


def _next(
    graph: GraphQLSchema, type_: GraphQLNamedType, *, through_hidden: bool
) -> Iterator[GraphQLNamedType]:
    if isinstance(type_, GraphQLUnionType) or is_interface_type(type_):
        yield from graph.get_possible_types(type_)
    if isinstance(type_, GraphQLInputObjectType):
        yield from (get_named_type(field.type) for field in type_.fields.values())
        return
    fields: dict[str, GraphQLField] = getattr(type_, "fields", {})
    for field in fields.values():
        if through_hidden or not _is_hidden(field.extensions.get(_DEFINITION)):
            yield get_named_type(field.type)
            yield from (get_named_type(argument.type) for argument in field.args.values())


def _is_own(definition: Any) -> bool:
    match definition:
        case StrawberryObjectDefinition():
            return not definition.origin.__module__.startswith(_KIT)
        case StrawberryEnumDefinition():
            return not definition.wrapped_cls.__module__.startswith(_KIT)
    return False


def _is_hidden(definition: Any) -> bool:
    directives = getattr(definition, "directives", None) or ()
    return any(isinstance(directive, Inaccessible) for directive in directives)
