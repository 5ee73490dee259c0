"""What an error may tell: everything a client can act upon, nothing of our insides."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from gateway.errors import ClientError, GatewayError

INTERNAL = "INTERNAL_SERVER_ERROR"
_REVEALING = frozenset({"exception", "stacktrace", "stackTrace", "debugMessage", "trace"})


def masked(error: Exception) -> dict[str, Any]:
    """Give an exception in GraphQL's form; of what clients may not see only the code remains."""
    if isinstance(error, ClientError):
        return {"message": error.message, "extensions": error.extensions}
    code = error.code if isinstance(error, GatewayError) else INTERNAL
    return {"message": "Something went wrong in the gateway.", "extensions": {"code": code}}


def formatted(error: GraphQLError, code: str) -> dict[str, Any]:
    """Give an error of parsing, validation or coercion in GraphQL's form, with a code."""
    shown = dict(error.formatted)
    return {**shown, "extensions": {"code": code, **(error.extensions or {})}}


def without_insides(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take stack traces and their like out of an error that a subgraph told."""
    extensions = error.get("extensions")
    if not extensions or _REVEALING.isdisjoint(extensions):
        return error
    kept = {key: value for key, value in extensions.items() if key not in _REVEALING}
    return {**error, "extensions": kept}
