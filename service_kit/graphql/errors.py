"""Errors that a GraphQL answer may show, and the masking of all others.

Codes: BAD_REQUEST (syntax, validation), BAD_USER_INPUT (values that are not of the graph's types),
INVALID_INPUT, UNAUTHENTICATED, FORBIDDEN, INVALID_CURSOR, the code of a Refusal, and INTERNAL with
an `errorId` for what nobody expected.
"""

from collections.abc import Mapping, Sequence

import structlog
from graphql import GraphQLError

from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.json_values import JSON

BAD_REQUEST = "BAD_REQUEST"
UNAUTHENTICATED = "UNAUTHENTICATED"
INTERNAL = "INTERNAL"
INVALID_CURSOR = "INVALID_CURSOR"

_log = structlog.stdlib.get_logger("service_kit.graphql")


class CodedError(GraphQLError):
    """An error whose message and code are meant for the client."""

    def __init__(
        self, code: str, message: str, extensions: Mapping[str, JSON] | None = None
    ) -> None:
        super().__init__(message, extensions={"code": code, **(extensions or {})})


def shown_error(error: GraphQLError) -> GraphQLError:
    """Give an error as clients may see it; an unexpected one is logged and masked."""
    cause = _cause(error)
    if isinstance(cause, Refusal | RefusedAll):
        return _refused(error, refusals_in(cause))
    if isinstance(cause, GraphQLError):
        return _coded(error, cause)
    return _masked(error, cause)


def _cause(error: GraphQLError) -> Exception:
    """Follow the chain of located errors down to what was really raised."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _coded(error: GraphQLError, cause: GraphQLError) -> GraphQLError:
    extensions = {"code": BAD_REQUEST, **(cause.extensions or {}), **(error.extensions or {})}
    return _located(error, error.message, extensions)


def _refused(error: GraphQLError, refusals: Sequence[Refusal]) -> GraphQLError:
    first, *others = [_reason(refusal) for refusal in refusals]
    extensions = {**first, "others": others} if others else first
    return _located(error, refusals[0].message, extensions)


def _reason(refusal: Refusal) -> dict[str, object]:
    return {
        "code": refusal.code,
        "path": list(refusal.path),
        "params": dict(refusal.params),
        "retryable": refusal.retryable,
    }


def _masked(error: GraphQLError, cause: Exception) -> GraphQLError:
    error_id = new_identifier()
    _log.error("unexpected_error", error_id=error_id, path=error.path, exc_info=cause)
    return _located(
        error,
        "Something went wrong on our side.",
        {"code": INTERNAL, "errorId": error_id},
    )


def _located(error: GraphQLError, message: str, extensions: Mapping[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=dict(extensions),
    )
