"""How `_entities` finds what the gateway asks for: one bad representation spoils only itself."""

import inspect
from collections.abc import Callable, Mapping
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
    resolve = getattr(definition.origin, "resolve_reference", None)
    if resolve is None:
        return _stub(definition, given)
    accepted = inspect.signature(resolve).parameters
    known = {name: value for name, value in given.items() if name in accepted}
    if "info" in accepted:
        known["info"] = info
    return resolve(**known)


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


def _stub(definition: StrawberryObjectDefinition, given: Mapping[str, object]) -> object:
    """Make an entity that this subgraph only contributes to, from its key alone."""
    try:
        return definition.origin(**given)
    except TypeError:
        message = f"The representation lacks a field of {definition.name}."
        raise CodedError(INVALID_INPUT, message) from None
