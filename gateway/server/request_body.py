"""The body of a request, bounded in size and in time, and what it asks."""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson
from starlette.types import Receive
from strawberry.http import GraphQLRequestData

from gateway.errors import InvalidRequest
from gateway.server.negotiation import JSON
from gateway.server.refusals import HttpRefusal, bad_request
from service_kit.runtime.deadline import Deadline

_MOST_DIGITS = 18


async def read_body(receive: Receive, announced: str, most: int, within: Deadline) -> bytes:
    """Read a whole body, of an announced length or none; raises HttpRefusal.

    It is refused when it is too large, too slow, or cut off.
    """
    if announced.isdecimal() and (len(announced) > _MOST_DIGITS or int(announced) > most):
        raise _too_large(most)
    parts: list[bytes] = []
    size = 0
    try:
        with within.block():
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise bad_request("The body was cut off.")
                part = message.get("body", b"")
                more = message.get("more_body", False)
                size += len(part)
                if size > most:
                    raise _too_large(most)
                parts.append(part)
    except TimeoutError as error:
        late = InvalidRequest("The body took too long to arrive.")
        raise HttpRefusal(HTTPStatus.REQUEST_TIMEOUT, late) from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def require_json(content_type: str | None, content_encoding: str | None) -> None:
    """Refuse a body that does not say that it is JSON in UTF-8."""
    if not says_json(content_type):
        raise _unsupported("A body must be application/json in UTF-8.")
    if content_encoding not in (None, "", "identity"):
        raise _unsupported("A body must not be compressed.")


@lru_cache(maxsize=256)
def says_json(content_type: str | None) -> bool:
    """Whether a body says that it is JSON in UTF-8."""
    kind, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charsets = [one.partition("=")[2].strip('"') for one in parameters if one.startswith("charset")]
    return kind == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def posted(body: bytes) -> GraphQLRequestData:
    """Read the JSON of a POST; raises HttpRefusal."""
    parsed = _json(body, "The body")
    if isinstance(parsed, list):
        raise bad_request("Several operations in one request are not enabled.")
    if not isinstance(parsed, dict):
        raise bad_request("The body must be a JSON object.")
    return _request(parsed)


def queried(parameters: Mapping[str, str]) -> GraphQLRequestData:
    """Read the parameters of a GET; raises HttpRefusal."""
    read: dict[str, Any] = {
        name: parameters[name] for name in ("query", "operationName") if name in parameters
    }
    for name in ("variables", "extensions"):
        if parameters.get(name):
            read[name] = _json(parameters[name].encode("utf-8", "surrogatepass"), f"`{name}`")
    return _request(read)


def _request(parsed: Mapping[str, Any]) -> GraphQLRequestData:
    query = parsed.get("query")
    if query is None:
        raise bad_request("The request has no `query`.")
    if not isinstance(query, str):
        raise bad_request("`query` must be a string.")
    operation_name = parsed.get("operationName")
    if not isinstance(operation_name, str | None):
        raise bad_request("`operationName` must be a string.")
    return GraphQLRequestData(
        query=query,
        variables=_object(parsed, "variables"),
        operation_name=operation_name or None,
        extensions=_object(parsed, "extensions"),
    )


def _object(parsed: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = parsed.get(name)
    if not isinstance(value, dict | None):
        raise bad_request(f"`{name}` must be an object.")
    return value


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"{what} must be JSON in UTF-8.") from error


def _too_large(most: int) -> HttpRefusal:
    message = InvalidRequest(f"A body has at most {most} bytes.")
    return HttpRefusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def _unsupported(message: str) -> HttpRefusal:
    return HttpRefusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, InvalidRequest(message))
