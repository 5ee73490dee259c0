"""GraphQL-shaped answers for requests that never reached GraphQL."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def error_response(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Give an answer with one error and no data."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
