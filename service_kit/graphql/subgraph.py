"""A subgraph as a Starlette app: signed callers only, bounded bodies, health and metrics."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

import orjson
import strawberry.asgi
from cross_web import HTTPException
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL

from service_kit.graphql.context import InfoOf, SubgraphContext
from service_kit.graphql.errors import BAD_REQUEST, UNAUTHENTICATED
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema, print_sdl
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import CallerVerifier, InvalidToken, token_in
from service_kit.runtime.health import HealthCheck, health_routes
from service_kit.runtime.telemetry import RequestTelemetry

__all__ = [
    "InfoOf",
    "SubgraphContext",
    "SubgraphSchema",
    "build_subgraph_schema",
    "print_sdl",
    "subgraph_app",
]

MAX_BODY = 8 * 1024 * 1024
_CALLER = "tutti.caller"
_PATH = "/graphql"

MakeContext = Callable[[Caller], SubgraphContext]
Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def subgraph_app(
    schema: SubgraphSchema,
    *,
    name: str,
    verifier: CallerVerifier,
    make_context: MakeContext,
    checks: Sequence[HealthCheck],
    registry: CollectorRegistry,
    lifespan: Lifespan | None = None,
    max_body: int = MAX_BODY,
) -> Starlette:
    """Serve a schema at /graphql (POST, GET and SSE) beside its health and its metrics.

    `make_context` is called once a request with the verified caller. Requests without one get
    401 before any GraphQL work.
    """
    view = _View(schema, make_context)
    return Starlette(
        routes=[
            Route(_PATH, SignedCallersOnly(BoundedBody(view, max_body), verifier)),
            *health_routes(checks, registry),
        ],
        middleware=[Middleware(RequestTelemetry, process=name, registry=registry)],
        lifespan=lifespan,
    )


def error_response(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Give a GraphQL-shaped answer for a request that never reached GraphQL."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


class SignedCallersOnly:
    """Answers 401 unless the request carries a caller that this service can verify."""

    def __init__(self, app: ASGIApp, verifier: CallerVerifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            token = token_in(dict(scope["headers"]).get(b"authorization", b""))
            scope[_CALLER] = self._verifier.verify(token)
        except InvalidToken:
            refusal = error_response(
                HTTPStatus.UNAUTHORIZED,
                UNAUTHENTICATED,
                "A signed caller is needed.",
                {"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BoundedBody:
    """Reads the whole body first and answers 413 if it is larger than allowed."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._read(receive)
        if body is None:
            refusal = error_response(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                BAD_REQUEST,
                f"A request has at most {self._most} bytes.",
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self._most:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


class _View(strawberry.asgi.GraphQL[SubgraphContext, None]):
    """Strawberry's view with our context, our JSON and JSON errors."""

    def __init__(self, schema: SubgraphSchema, make_context: MakeContext) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=(GRAPHQL_SSE_PROTOCOL,))
        self._make_context = make_context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.run(Request(scope, receive))
        except HTTPException as error:
            response = error_response(error.status_code, BAD_REQUEST, error.reason)
        await response(scope, receive, send)

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002  # Strawberry's signature
    ) -> SubgraphContext:
        return self._make_context(request.scope[_CALLER])

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)
