"""Routes for developers: the page's own assets, and tokens from the development issuer."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from gateway.server.graphiql import ASSETS_PATH, TOKEN_PATH

ReadToken: TypeAlias = Callable[[Sequence[tuple[str, str]]], Awaitable[bytes | None]]
"""Asks the development issuer for a token; None when it gives none."""


def development_routes(assets: Path | None, read_token: ReadToken | None) -> list[BaseRoute]:
    """Give the routes that the settings ask for; put them before the GraphQL path."""
    routes: list[BaseRoute] = []
    if assets is not None:
        routes.append(Mount(ASSETS_PATH, StaticFiles(directory=assets)))
    if read_token is not None:
        routes.append(Route(TOKEN_PATH, _token_endpoint(read_token)))
    return routes


def _token_endpoint(read_token: ReadToken) -> Callable[[Request], Awaitable[Response]]:
    async def token(request: Request) -> Response:
        given = await read_token(request.query_params.multi_items())
        if given is None:
            return PlainTextResponse(
                "The development issuer gave no token.", HTTPStatus.BAD_GATEWAY
            )
        return Response(given, media_type="text/plain", headers={"Cache-Control": "no-store"})

    return token
