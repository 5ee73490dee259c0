"""GraphQL over HTTP and WebSocket: Strawberry's view with our negotiation, bounds and bytes."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.ides import GraphQL_IDE
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from gateway.errors import InvalidRequest, Unauthenticated, Unavailable
from gateway.execution.answer import Answer
from gateway.pipeline import MutationByGet
from gateway.security.authentication import VISITOR, Authenticator
from gateway.security.csrf import is_forgeable
from gateway.server.answers import AnswerResponse
from gateway.server.drain import Drain
from gateway.server.forwarding import forwarded
from gateway.server.negotiation import (
    GRAPHQL_RESPONSE,
    JSON,
    StreamForm,
    media_type,
    prefers_page,
    stream_form,
    vary,
)
from gateway.server.places import Room
from gateway.server.posts import Posts, plain_post
from gateway.server.refusals import (
    SAFE_HEADERS,
    HttpRefusal,
    failure_response,
    method_not_allowed,
    refusal_response,
    try_again,
    unauthenticated,
)
from gateway.server.request_body import posted, queried, read_body, require_json
from gateway.server.schema import Answered, GatewaySchema, NotReady, RequestContext
from gateway.server.sockets import OpenSockets
from gateway.server.streaming import Pace, StreamResponse
from gateway.server.websocket import SocketHandler, SocketOptions, TextSocket
from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.deadline import Deadline

EXPLAIN_HEADER = "x-gateway-explain"
"""A developer's wish to see the plan and the timings in `extensions`."""
LABELS_HEADER = "x-gateway-override-labels"
"""A developer's choice of the labels of overrides that are active."""

_log = structlog.get_logger("gateway.server")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How requests are received; `page` is the development page for browsers, if any.

    `heartbeat` is the time between signs of life in a stream over HTTP, `write_time` how long its
    client may take to read; `open_connections` is how many such streams and WebSockets there may be
    at a time, `open_operations` how many operations of sockets. A visitor's stream or socket ends
    after `visitor_age`. `forward_headers` are those of clients that reach subgraphs, in lower case.
    """

    body_bytes: int = 1 << 20
    body_time: timedelta = field(default=timedelta(seconds=10))
    page: str | None = None
    may_explain: bool = False
    heartbeat: timedelta = timedelta(seconds=12)
    socket: SocketOptions = field(default_factory=SocketOptions)
    write_time: timedelta = timedelta(seconds=20)
    open_connections: int = 20_000
    open_operations: int = 100_000
    visitor_age: timedelta = timedelta(hours=1)
    allowed_origins: Sequence[str] = ()
    forward_headers: Sequence[str] = ()


class Streamed(ExecutionResult):
    """An execution result that is a stream of answers, in a form."""

    def __init__(
        self, form: StreamForm, answers: AsyncGenerator[Answered, None], *, by_visitor: bool
    ) -> None:
        super().__init__(data=None, errors=None)
        self.form = form
        self.answers = answers
        self.by_visitor = by_visitor


class GatewayView(GraphQL[RequestContext, None]):
    """Answers POST, GET and WebSockets at one path; every refusal is GraphQL-shaped."""

    schema: GatewaySchema  # type: ignore[mutable-override]  # it is given no other
    websocket_adapter_class = TextSocket  # type: ignore[mutable-override]  # it is only called
    graphql_transport_ws_handler_class = SocketHandler  # type: ignore[mutable-override]  # likewise

    def __init__(
        self,
        schema: GatewaySchema,
        authenticator: Authenticator,
        options: ServerOptions,
        clock: Clock | None = None,
    ) -> None:
        ide: GraphQL_IDE | None = None if options.page is None else "graphiql"
        super().__init__(
            schema,
            graphql_ide=ide,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=options.socket.init_seconds),
            max_subscriptions_per_connection=options.socket.operations,
            allowed_origins=options.allowed_origins,
        )
        self._clock = clock or SystemClock()
        self.sockets = OpenSockets(self._clock, options.socket.ping_seconds)
        self.room = Room(options.open_connections, options.open_operations)
        self.streams = 0
        self.drain = Drain()
        self.drain.on_begin(self.sockets.close)
        self.request_adapter_class = self._bounded  # type: ignore[assignment]  # it is only called
        self._authenticator = authenticator
        self._options = options
        self._body_time = Deadline(options.body_time.total_seconds())
        self._posts = Posts(schema, self._context_of, options.body_bytes, self._body_time)
        for_developers = (EXPLAIN_HEADER, LABELS_HEADER) if options.may_explain else ()
        self._vary = vary((*options.forward_headers, *for_developers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or serve one socket; nothing is raised."""
        if scope["type"] == "websocket":
            await self._serve_socket(WebSocket(scope, receive, send))
            return
        post = plain_post(scope)
        try:
            if post is None:
                response = await self.run(Request(scope, receive))
            else:
                response = await self._posts.answer(post, receive)
        except HTTPException as refusal:
            accept = Headers(scope=scope).get("accept")
            response = refusal_response(refusal, media_type(accept))
        except Exception as error:  # noqa: BLE001  # a defect of ours: shown masked, told in full to the log
            _log.exception("request_failed")
            response = failure_response(error)
        response.raw_headers.append(self._vary)
        if not isinstance(response, StreamResponse):
            await response(scope, receive, send)
            return
        self.streams += 1
        try:
            with self.room.connections.taken(by_visitor=response.by_visitor):
                await response(scope, receive, send)
        finally:
            self.streams -= 1

    async def _serve_socket(self, socket: WebSocket) -> None:
        try:
            self.schema.require_ready()
            self.room.connections.require_one()
        except (NotReady, Unavailable) as error:
            # Before it is open: once it is, errors would end its subscriptions.
            await socket.send_denial_response(refusal_response(try_again(error), None))
            return
        with self.room.connections.taken():
            await self.run(socket)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carry the negotiated media type to where the answer is written."""
        accepted = media_type(request.headers.get("accept"))
        return Response(headers=SAFE_HEADERS, media_type=accepted)

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002  # Strawberry's signature
    ) -> RequestContext:
        """Find out who asks, before anything of the body is read; a socket says it later."""
        if isinstance(request, WebSocket):
            return RequestContext(
                VISITOR, headers=forwarded(self._options.forward_headers, request.headers)
            )
        return await self._context_of(request.headers)

    async def _context_of(self, headers: Mapping[str, str]) -> RequestContext:
        try:
            caller = await self._authenticator.caller(
                headers.get("authorization"), headers.get("accept-language")
            )
        except Unauthenticated as error:
            raise unauthenticated(error) from error
        except Unavailable as error:
            raise try_again(error) from error
        passed = (
            forwarded(self._options.forward_headers, headers)
            if self._options.forward_headers
            else {}
        )
        if not self._options.may_explain:
            return RequestContext(caller, headers=passed)
        labels = headers.get(LABELS_HEADER)
        return RequestContext(
            caller,
            headers=passed,
            explain=EXPLAIN_HEADER in headers,
            labels=None if labels is None else frozenset(map(str.strip, labels.split(","))),
        )

    async def caller_of(self, socket: WebSocket, payload: Mapping[str, Any]) -> Caller:
        """Find out who asks by a socket; raises Unauthenticated and Unavailable.

        `connection_init` says it (`Authorization`, in any case, also below `headers`), because
        browsers cannot set headers of a handshake; else the handshake does.
        """
        inner = payload.get("headers")
        sources = (payload, inner if isinstance(inner, dict) else {}, socket.headers)
        headers = {"accept-language": socket.headers.get("accept-language")}
        for source in reversed(sources):
            for name, value in source.items():
                if str(name).lower() in ("authorization", "accept-language"):
                    headers[str(name).lower()] = str(value)
        caller = await self._authenticator.caller(
            headers.get("authorization"), headers["accept-language"]
        )
        return self._staying(caller)

    def passed_on(self, payload: Mapping[str, Any]) -> Mapping[str, str]:
        """Give the headers in `connection_init` that are passed on, as `caller_of` finds them."""
        inner, names = payload.get("headers"), self._options.forward_headers
        below = forwarded(names, inner) if isinstance(inner, dict) else {}
        return {**below, **forwarded(names, payload)}

    @property
    def socket(self) -> SocketOptions:
        """The bounds of a socket."""
        return self._options.socket

    def _staying(self, caller: Caller) -> Caller:
        """Give a visitor, whom no token ends, an end all the same."""
        if not caller.is_anonymous:
            return caller
        return replace(caller, expires_at=self._clock.now() + self._options.visitor_age)

    def is_request_allowed(self, request: BaseRequestProtocol) -> bool:
        """Let GET and POST through, and tell the others so."""
        if request.method not in ("GET", "POST"):
            raise method_not_allowed("GraphQL is asked for by GET or POST.", "GET", "POST")
        return True

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Whether a browser came to look."""
        return (
            self._options.page is not None
            and request.method == "GET"
            and prefers_page(request.headers.get("accept"))
        )

    async def render_graphql_ide(self, request: Request) -> Response:  # noqa: ARG002
        """Give the development page."""
        return HTMLResponse(self._options.page or "", headers=SAFE_HEADERS)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Read what is asked; raises HttpRefusal for whatever is not a GraphQL request."""
        headers = request.headers
        accept = headers.get("accept")
        if media_type(accept) is None and stream_form(accept) is None:
            message = InvalidRequest(f"The answer is {GRAPHQL_RESPONSE} or {JSON}.")
            raise HttpRefusal(HTTPStatus.NOT_ACCEPTABLE, message)
        if request.method == "GET":
            if is_forgeable(headers):
                message = InvalidRequest("A request from another site must carry a header of ours.")
                raise HttpRefusal(HTTPStatus.FORBIDDEN, message)
            return queried({name: str(value) for name, value in request.query_params.items()})
        require_json(headers.get("content-type"), headers.get("content-encoding"))
        return posted(await request.get_body())

    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: Any,
        context: RequestContext,
        root_value: None,
        sub_response: Response,
    ) -> Any:
        """Run the operation; it is streamed if it is a subscription, or if only that is accepted.

        An Accept that merely names a stream beside JSON does not turn a query into one.
        """
        accept = request.headers.get("accept")
        form = stream_form(accept)
        if form is not None and (
            media_type(accept) is None or await self._is_subscription(request_data)
        ):
            answers = await self._stream(request_adapter.method, request_data, context)
            return Streamed(form, answers, by_visitor=context.caller.is_anonymous)
        return await self.execute_single(
            request=request,
            request_adapter=request_adapter,
            request_data=request_data,
            context=context,
            root_value=root_value,
            sub_response=sub_response,
        )

    async def _is_subscription(self, asked: GraphQLRequestData) -> bool:
        try:
            return await self.schema.is_subscription(asked.query, asked.operation_name)
        except NotReady as error:
            raise try_again(error) from error

    async def _stream(
        self, method: str, asked: GraphQLRequestData, context: RequestContext
    ) -> AsyncGenerator[Answered, None]:
        try:
            caller = self._staying(context.caller)
            self.room.connections.require_one(by_visitor=caller.is_anonymous)
            return await self.schema.stream(
                asked.query,
                variable_values=asked.variables,
                context_value=replace(context, caller=caller),
                operation_name=asked.operation_name,
                allowed_operation_types=OperationType.from_http(method),  # type: ignore[arg-type]
            )
        except (NotReady, Unavailable) as error:
            raise try_again(error) from error

    async def execute_single(self, *args: Any, **named: Any) -> ExecutionResult:
        """Run the operation; raises HttpRefusal where HTTP has a word for what is wrong."""
        try:
            return await super().execute_single(*args, **named)
        except MutationByGet as error:
            raise method_not_allowed(error.message, "POST") from error
        except NotReady as error:
            raise try_again(error) from error

    async def process_result(self, request: Request, result: ExecutionResult) -> Any:  # noqa: ARG002
        """Hand the answer on as it is: it knows its own bytes."""
        if isinstance(result, Streamed):
            return result
        return result.answer if isinstance(result, Answered) else Answer(result.data)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """Write the answer in the negotiated media type, with the status that type asks for."""
        if isinstance(response_data, Streamed):
            return StreamResponse(
                response_data.form,
                response_data.answers,
                Pace(
                    self._options.heartbeat.total_seconds(),
                    self._options.write_time.total_seconds(),
                ),
                self.drain,
                SAFE_HEADERS,
                by_visitor=response_data.by_visitor,
            )
        return AnswerResponse(response_data, sub_response.media_type or JSON)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON within bounds of depth and of digits."""
        return orjson.loads(data)

    def _bounded(self, request: Request) -> AsyncHTTPRequestAdapter:
        return _BoundedRequest(request, self._options.body_bytes, self._body_time)


class _BoundedRequest(StarletteRequestAdapter):
    """A request whose body is read within bounds."""

    def __init__(self, request: Request, body_bytes: int, body_time: Deadline) -> None:
        super().__init__(request)
        self._body_bytes = body_bytes
        self._body_time = body_time

    async def get_body(self) -> bytes:
        announced = self._request.headers.get("content-length", "")
        return await read_body(self._request.receive, announced, self._body_bytes, self._body_time)
