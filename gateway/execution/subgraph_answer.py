"""A subgraph's answer read as GraphQL's JSON, or found not to be."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from gateway.execution.tree import JsonObject
from gateway.ports import SubgraphResponse


@dataclass(frozen=True, slots=True)
class SubgraphAnswer:
    """The data (None is null) and the errors, of which at least one is there."""

    data: JsonObject | None
    errors: list[Any]


def read_answer(response: SubgraphResponse) -> SubgraphAnswer | None:
    """Give the answer; None for what is not GraphQL's JSON.

    A server that fails may say why in errors, but the data of a failure are nobody's answer.
    """
    try:
        payload = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return None
    if payload.__class__ is not dict:
        return None
    data, errors = payload.get("data"), payload.get("errors")
    errors = errors if errors.__class__ is list else []
    if data.__class__ is not dict or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SubgraphAnswer(None, errors) if errors else None
    return SubgraphAnswer(data, errors)


def path_of_error(error: Any) -> list[str | int]:
    """Give where a subgraph says its error is; empty when it does not say."""
    path = error.get("path") if error.__class__ is dict else None
    if path.__class__ is not list:
        return []
    return [step for step in path if isinstance(step, str | int)]
