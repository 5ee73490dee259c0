"""Strawberry's view with our context, our JSON, and no bad request that ends as 500."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeAlias

import orjson
import strawberry.asgi
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL

from service_kit.graphql.context import SubgraphContext
from service_kit.graphql.errors import BAD_REQUEST
from service_kit.graphql.guards import caller_in
from service_kit.graphql.http_answers import error_response
from service_kit.graphql.schema import SubgraphSchema
from service_kit.graphql.sockets import (
    INITIALISED_WITHIN_SECONDS,
    OPERATIONS_AT_ONCE,
    SubgraphSocket,
    SubgraphSocketHandler,
    SubgraphSockets,
)
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import CallerVerifier, token_in

MakeContext: TypeAlias = Callable[[Caller], SubgraphContext]

_KINDS: Mapping[str, tuple[type, str]] = {
    "query": (str, "a text"),
    "variables": (dict, "an object"),
    "operationName": (str, "a text"),
    "extensions": (dict, "an object"),
}


_UNTOUCHED = Response()
"""What Strawberry lets resolvers set headers on; here none gets to see it."""
del _UNTOUCHED.headers["content-length"]  # its headers become those of a stream


class SubgraphView(strawberry.asgi.GraphQL[SubgraphContext, None]):
    """GraphQL over HTTP (POST, GET), server-sent events and WebSocket."""

    websocket_adapter_class = SubgraphSocket  # type: ignore[mutable-override]  # it is only called
    graphql_transport_ws_handler_class = SubgraphSocketHandler  # type: ignore[mutable-override]  # likewise

    def __init__(
        self, schema: SubgraphSchema, make_context: MakeContext, verifier: CallerVerifier
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INITIALISED_WITHIN_SECONDS),
            max_subscriptions_per_connection=OPERATIONS_AT_ONCE,
        )
        self.sockets = SubgraphSockets()
        self._make_context = make_context
        self._verifier = verifier

    def caller_of(self, authorization: str) -> Caller:
        """Verify a signed caller, which has time left; raises InvalidToken."""
        return self._verifier.verify(token_in(authorization.encode("latin-1", "replace")))

    def context_of(self, caller: Caller) -> SubgraphContext:
        """Give what the resolvers of one operation may reach."""
        return self._make_context(caller)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive, send))
            return
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
        if isinstance(request, WebSocket):
            return None  # type: ignore[return-value]  # who asks is told later, for each operation
        return self._make_context(caller_in(request.scope))

    async def get_sub_response(
        self,
        request: Request | WebSocket,  # noqa: ARG002  # Strawberry's signature
    ) -> Response:
        return _UNTOUCHED

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,  # noqa: ARG002  # no resolver gets it
    ) -> Response:
        return Response(self.encode_json(response_data), media_type="application/json")

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        transport = self._get_stream_transport_from_headers(request.headers)
        asked = await self._asked(request)
        return GraphQLRequestData(
            query=asked.get("query"),
            variables=asked.get("variables"),
            operation_name=asked.get("operationName"),
            extensions=asked.get("extensions"),
            protocol=transport.protocol if transport else "http",
        )

    async def _asked(self, request: AsyncHTTPRequestAdapter) -> Mapping[str, Any]:
        if request.method == "GET":
            asked: object = self.parse_query_params(request.query_params)
        elif (request.content_type or "").partition(";")[0].strip() == "application/json":
            asked = self.parse_json(await request.get_body())
        else:
            raise HTTPException(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the request as application/json."
            )
        return _well_shaped(asked)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _well_shaped(asked: object) -> Mapping[str, Any]:
    if not isinstance(asked, dict):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "A GraphQL request is a JSON object.")
    for name, (kind, words) in _KINDS.items():
        if not isinstance(asked.get(name), kind | None):
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"`{name}` is {words}.")
    return asked
