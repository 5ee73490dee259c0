"""Serving the documents of a folder by their signed addresses."""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from service_kit.outbound.object_folder import PATH, FolderObjects

_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "X-Content-Type-Options": "nosniff",
}


def object_routes(objects: FolderObjects) -> list[Route]:
    """Give the route that answers signed addresses, and 404 to all others."""

    async def fetch(request: Request) -> Response:
        key = request.path_params["key"]
        asked = request.query_params
        found = None
        if objects.is_signed(key, asked.get("expires", ""), asked.get("signature", "")):
            found = await objects.get(key)
        if found is None:
            return PlainTextResponse("There is no such document.", HTTPStatus.NOT_FOUND)
        return Response(found.content, media_type=found.content_type, headers=_HEADERS)

    return [Route(f"{PATH}/{{key:path}}", fetch)]
