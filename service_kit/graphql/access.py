"""Who may call what: every root field says it, and a schema in which one is silent is refused."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLUnionType
from strawberry.extensions.field_extension import (
    AsyncExtensionResolver,
    FieldExtension,
    SyncExtensionResolver,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from service_kit.commands.refusal import FORBIDDEN
from service_kit.graphql.errors import UNAUTHENTICATED, CodedError
from service_kit.identity.caller import Caller

P = ParamSpec("P")
R = TypeVar("R")

_DEFINITION = "strawberry-definition"
_ROLES = "__allowed_roles__"
_FOR_THE_GATEWAY = frozenset({"_service", "_entities"})


class UnguardedOperations(Exception):
    """Some operations do not say who may call them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            f"Nobody is named who may call {', '.join(names)}: give each root field (and each"
            " field with a resolver of an entity that has no resolve_reference) allow(...) in"
            " its extensions, and each resolve_reference the decorator @allow_reference(...)."
        )
        self.names = names


class Allow(FieldExtension):
    """Lets only callers with one of the roles reach a field; see `allow`."""

    def __init__(self, roles: frozenset[str]) -> None:
        self.roles = roles

    def resolve(
        self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        require_role(info.context.caller, self.roles)
        return next_(source, info, **kwargs)

    def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """Hand on whatever comes, be it a coroutine or a subscription's generator."""
        require_role(info.context.caller, self.roles)
        return next_(source, info, **kwargs)


def allow(*roles: str) -> Allow:
    """Say which roles may call a field, as in `extensions=[allow("operator", "service")]`.

    Another service passes only where "service" is among the roles, and nobody else passes by it.
    """
    if not roles:
        raise ValueError("Name at least one role.")
    return Allow(frozenset(roles))


def allow_reference(*roles: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say which roles may fetch an entity by its key; goes below `@classmethod`.

    The `resolve_reference` must take `info`. Whose entity it is stays for it to check.
    """
    allowed = frozenset(roles)
    if not allowed:
        raise ValueError("Name at least one role.")

    def guard(resolve: Callable[P, R]) -> Callable[P, R]:
        if "info" not in inspect.signature(resolve).parameters:
            raise TypeError("A guarded resolve_reference takes `info`.")

        @functools.wraps(resolve)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            info: Any = kwargs["info"]
            require_role(info.context.caller, allowed)
            return resolve(*args, **kwargs)

        setattr(guarded, _ROLES, allowed)
        return guarded

    return guard


def require_role(caller: Caller, roles: frozenset[str]) -> None:
    """Raise FORBIDDEN, or UNAUTHENTICATED for nobody in particular, unless a role fits."""
    if caller.has_role(*roles):
        return
    if caller.is_anonymous:
        raise CodedError(UNAUTHENTICATED, "Sign in to do this.")
    raise CodedError(FORBIDDEN, "You may not do this.")


def operations(schema: strawberry.Schema) -> Mapping[str, frozenset[str]]:
    """Give who may call what: "Query.item", "Item.positions", "_entities.Order" -> roles.

    An operation that nobody has guarded has no roles.
    """
    graph = _graph_of(schema)
    roles = dict(_field_roles(graph))
    return {**roles, **dict(_reference_roles(graph))}


def require_every_operation_guarded(schema: strawberry.Schema) -> None:
    """Raise UnguardedOperations if a root field or an entity does not say who may reach it."""
    silent = tuple(sorted(name for name, roles in operations(schema).items() if not roles))
    if silent:
        raise UnguardedOperations(silent)


def _graph_of(schema: strawberry.Schema) -> GraphQLSchema:
    return schema._schema  # noqa: SLF001  # Strawberry gives no public way to it


def _field_roles(graph: GraphQLSchema) -> Iterator[tuple[str, frozenset[str]]]:
    roots = {graph.query_type, graph.mutation_type, graph.subscription_type}
    open_entities = {
        entity for entity, definition in _entities(graph) if not _reference_resolver(definition)
    }
    for type_ in _object_types(graph):
        for name, field in type_.fields.items():
            guards = _guards(field)
            must = (type_ in roots and name not in _FOR_THE_GATEWAY) or (
                type_ in open_entities and _has_resolver(field)
            )
            if guards or must:
                yield f"{type_.name}.{name}", frozenset().union(*(g.roles for g in guards))


def _reference_roles(graph: GraphQLSchema) -> Iterator[tuple[str, frozenset[str]]]:
    for entity, definition in _entities(graph):
        if resolver := _reference_resolver(definition):
            yield f"_entities.{entity.name}", getattr(resolver, _ROLES, frozenset())


def _entities(
    graph: GraphQLSchema,
) -> Iterator[tuple[GraphQLObjectType, StrawberryObjectDefinition]]:
    union = graph.type_map.get("_Entity")
    if isinstance(union, GraphQLUnionType):
        for entity in union.types:
            yield entity, entity.extensions[_DEFINITION]


def _reference_resolver(
    definition: StrawberryObjectDefinition,
) -> Callable[..., object] | None:
    return getattr(definition.origin, "resolve_reference", None)


def _object_types(graph: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    for type_ in graph.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            yield type_


def _guards(field: GraphQLField) -> list[Allow]:
    declared = field.extensions.get(_DEFINITION)
    extensions = declared.extensions if isinstance(declared, StrawberryField) else []
    return [extension for extension in extensions if isinstance(extension, Allow)]


def _has_resolver(field: GraphQLField) -> bool:
    declared = field.extensions.get(_DEFINITION)
    return isinstance(declared, StrawberryField) and declared.base_resolver is not None
