"""From a mutation's input to the idempotent request that it stands for."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from strawberry import UNSET

from service_kit.commands.idempotency import IdempotentRequest, fingerprint_of
from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.graphql.context import ContextT, InfoOf
from service_kit.runtime.json_values import JSON

MAX_KEY_LENGTH = 200
KEY = "Names this request: sent again with the same key it has one effect and one answer."
"""The description of the key of an input."""

_KEY_FIELD = "idempotency_key"


def idempotent_request(info: InfoOf[ContextT], mutation: str, input_: Any) -> IdempotentRequest:
    """Name the command: the caller's scope, the mutation, the key and the input without it."""
    key: str = getattr(input_, _KEY_FIELD)
    if not key.strip() or len(key) > MAX_KEY_LENGTH:
        raise Refusal(
            INVALID_INPUT,
            f"An idempotency key has between 1 and {MAX_KEY_LENGTH} characters.",
            path=("input", "idempotencyKey"),
        )
    return IdempotentRequest(
        scope=info.context.caller.idempotency_scope,
        mutation=mutation,
        key=key,
        fingerprint=fingerprint_of(_fields(input_, without=_KEY_FIELD)),
    )


def canonical(value: object) -> JSON:
    """Give a coerced input value as JSON; the same meaning gives the same JSON."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.name
        case str():
            return str(value)
        case Decimal():
            return format(value.normalize(), "f")
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case list() | tuple():
            return [canonical(each) for each in value]
        case _ if dataclasses.is_dataclass(value):
            return _fields(value)
    raise TypeError(f"A {type(value).__name__} cannot be part of an input.")


def _fields(value: Any, without: str = "") -> dict[str, JSON]:
    return {
        field.name: canonical(given)
        for field in dataclasses.fields(value)
        if field.name != without and not _is_default(field, given := getattr(value, field.name))
    }


def _is_default(field: "dataclasses.Field[Any]", given: object) -> bool:
    """Whether the field says nothing: an input that gains it later keeps its fingerprints."""
    if given is UNSET or field.default is not dataclasses.MISSING:
        return given is UNSET or given == field.default
    factory = field.default_factory
    return given is None if factory is dataclasses.MISSING else given == factory()
