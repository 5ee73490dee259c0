"""Requests that never become an operation, and how HTTP says so."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from cross_web import HTTPException
from starlette.responses import Response

from gateway.errors import GatewayError, InvalidRequest, Unauthenticated
from gateway.security.masking import masked
from gateway.server.negotiation import JSON

SAFE_HEADERS = {"X-Content-Type-Options": "nosniff"}
"""Headers of every answer."""


class HttpRefusal(HTTPException):
    """An HTTP status with headers, and the error to show in the body."""

    def __init__(
        self,
        status: HTTPStatus,
        error: GatewayError,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(int(status), error.message)
        self.error = error
        self.headers = dict(headers or {})


def bad_request(message: str) -> HttpRefusal:
    """Refuse what is not a GraphQL request."""
    return HttpRefusal(HTTPStatus.BAD_REQUEST, InvalidRequest(message))


def method_not_allowed(message: str, *allowed: str) -> HttpRefusal:
    """Refuse a method, telling which ones there are."""
    return HttpRefusal(
        HTTPStatus.METHOD_NOT_ALLOWED, InvalidRequest(message), {"Allow": ", ".join(allowed)}
    )


def unauthenticated(error: Unauthenticated) -> HttpRefusal:
    """Refuse a token."""
    return HttpRefusal(HTTPStatus.UNAUTHORIZED, error, {"WWW-Authenticate": "Bearer"})


def try_again(error: GatewayError) -> HttpRefusal:
    """Say that the same request may succeed in a moment."""
    return HttpRefusal(HTTPStatus.SERVICE_UNAVAILABLE, error, {"Retry-After": "1"})


def refusal_response(refusal: HTTPException, media_type: str | None) -> Response:
    """Give the GraphQL-shaped answer of a refusal.

    What may succeed in a moment is plain JSON: Apollo Client would take the other media type for
    the operation's answer, and not try again.
    """
    if refusal.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        media_type = JSON
    error = getattr(refusal, "error", None) or InvalidRequest(refusal.reason)
    headers = {**SAFE_HEADERS, **getattr(refusal, "headers", {})}
    body = orjson.dumps({"errors": [masked(error)]})
    return Response(
        body, refusal.status_code, headers, media_type=f"{media_type or JSON}; charset=utf-8"
    )


def failure_response(error: Exception) -> Response:
    """Give the answer to a defect of our own."""
    body = orjson.dumps({"errors": [masked(error)]})
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Response(body, int(status), SAFE_HEADERS, media_type=f"{JSON}; charset=utf-8")
