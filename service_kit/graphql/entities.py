"""How `_entities` finds what the gateway asks for: one bad representation spoils only itself."""

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import strawberry
from strawberry.federation.schema import FederationAny
from strawberry.types.base import StrawberryObjectDefinition

from service_kit.commands.refusal import INVALID_INPUT
from service_kit.graphql.errors import CodedError

MAX_REPRESENTATIONS = 2_000


def entities_resolver() -> Callable[..., list[Any]]:
    """Give a new resolver of `_entities`, whose return type the schema still has to write."""

    def resolve_entities(
        info: strawberry.Info[Any, Any], representations: list[FederationAny]
    ) -> list[Any]:
        if len(representations) > MAX_REPRESENTATIONS:
            raise CodedError(
                INVALID_INPUT, f"At most {MAX_REPRESENTATIONS} entities can be asked for at once."
            )
        return [_entity(info, representation) for representation in representations]

    return resolve_entities


def _entity(info: strawberry.Info[Any, Any], representation: object) -> object:
    """Give the entity, an awaitable of it, or the error that stands at its place."""
    try:
        definition = _definition(info, representation)
        return _resolved(info, definition, representation)  # type: ignore[arg-type]  # a mapping
    except Exception as error:  # noqa: BLE001  # the executor locates it and the schema masks it
        return error


def _definition(
    info: strawberry.Info[Any, Any], representation: object
) -> StrawberryObjectDefinition:
    name = representation.get("__typename") if isinstance(representation, Mapping) else None
    definition = info.schema.get_type_by_name(name) if isinstance(name, str) else None
    if not isinstance(definition, StrawberryObjectDefinition) or not _has_key(definition):
        raise CodedError(INVALID_INPUT, "A representation names no entity of this subgraph.")
    return definition


def _has_key(definition: StrawberryObjectDefinition) -> bool:
    directives = definition.directives or ()
    return any(isinstance(each, strawberry.federation.schema_directives.Key) for each in directives)


def _resolved(
    info: strawberry.Info[Any, Any],
    definition: StrawberryObjectDefinition,
    representation: Mapping[str, object],
) -> object:
    given = _python_names(info, definition, representation)
    origin: Any = definition.origin
    resolve, accepted, needed = _resolver_of(origin)
    if not needed <= given.keys():
        raise CodedError(INVALID_INPUT, f"The representation lacks a field of {definition.name}.")
    known = {name: value for name, value in given.items() if name in accepted}
    if "info" in accepted:
        known["info"] = info
    return resolve(**known)


@lru_cache(maxsize=1_000)
def _resolver_of(
    origin: type,
) -> tuple[Callable[..., object], frozenset[str], frozenset[str]]:
    """Give what makes an entity (a stub is made from its key alone), all names and those needed."""
    resolve: Callable[..., object] = getattr(origin, "resolve_reference", origin)
    parameters = inspect.signature(resolve).parameters
    needed = {
        name
        for name, parameter in parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    return resolve, frozenset(parameters), frozenset(needed - {"info"})


def _python_names(
    info: strawberry.Info[Any, Any],
    definition: StrawberryObjectDefinition,
    representation: Mapping[str, object],
) -> dict[str, object]:
    names = info.schema.config.name_converter
    return {
        field.python_name: representation[name]
        for field in definition.fields
        if (name := names.from_field(field)) in representation
    }
