"""A subgraph over WebSocket (graphql-transport-ws), for routers that subscribe that way.

Who asks is a signed caller, as over HTTP: told by `connection_init` (`Authorization`, also below
`headers`), else by the handshake's header. Each operation has a context of its own.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from typing import Any, Protocol, cast

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from service_kit.graphql.context import SubgraphContext
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import InvalidToken

FORBIDDEN = 4403
TOO_MANY_INITIALISATIONS = 4429
SERVICE_RESTART = 1012
OPERATIONS_AT_ONCE = 100
INITIALISED_WITHIN_SECONDS = 5

_LONGEST_ID = 256
_CLOSE_SECONDS = 2


class SocketDoor(Protocol):
    """What a socket asks of the view it came in by."""

    @property
    def sockets(self) -> "SubgraphSockets":
        """All the sockets."""

    def caller_of(self, authorization: str) -> Caller:
        """Verify a signed caller, which has time left; raises InvalidToken."""

    def context_of(self, caller: Caller) -> SubgraphContext:
        """Give what the resolvers of one operation may reach."""


class Closeable(Protocol):
    """What is needed of an open socket."""

    async def end(self) -> None:
        """Close it so that its router comes again."""


class SubgraphSockets:
    """The open sockets of a process, which has them come again when it ends."""

    def __init__(self) -> None:
        self._open: set[Closeable] = set()
        self.is_closing = False

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def holding(self, socket: Closeable) -> Iterator[None]:
        """Know a socket while it is open."""
        self._open.add(socket)
        try:
            yield
        finally:
            self._open.discard(socket)

    async def close(self) -> None:
        """Close every socket, and each that comes after."""
        self.is_closing = True
        ends = [socket.end() for socket in list(self._open)]
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.gather(*ends, return_exceptions=True)


class SubgraphSocket(ASGIWebSocketAdapter):
    """A socket that writes JSON as the HTTP answers do, and says once that its client has gone."""

    ws: WebSocket

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message; raises WebSocketDisconnected."""
        if self.ws.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except (OSError, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close it, unless it is closed."""
        if self.ws.application_state is WebSocketState.CONNECTED:
            with suppress(OSError, RuntimeError):
                await self.ws.close(code=code, reason=reason)


class SubgraphSocketHandler(BaseGraphQLTransportWSHandler[SubgraphContext, None]):
    """One socket of one signed caller."""

    websocket: SubgraphSocket  # type: ignore[mutable-override]  # our view makes no other
    _authorization: str | None = None

    @property
    def door(self) -> SocketDoor:
        """The view it came in by."""
        return cast("SocketDoor", self.view)

    async def handle(self) -> None:
        """Serve the socket until it is closed."""
        if self.door.sockets.is_closing:
            await self.end()
            return
        with self.door.sockets.holding(self):
            await super().handle()

    async def end(self) -> None:
        """Close it so that its router comes again."""
        await self.websocket.close(SERVICE_RESTART, "Service restart")

    async def handle_message(self, message: Message) -> None:
        """Refuse what is no message of the protocol, and handle the others."""
        if not _is_message(message):
            await self.handle_invalid_message("Not a message of graphql-transport-ws")
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """Verify who asks; 4403 closes the socket of everybody else."""
        if self.connection_init_received:
            await self.websocket.close(TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task is not None:
            self.connection_init_timeout_task.cancel()
        told = _authorization(self.websocket.ws, message.get("payload") or {})
        try:
            self.door.caller_of(told)
        except InvalidToken:
            await self.websocket.close(FORBIDDEN, "A signed caller is needed")
            return
        self._authorization = told
        self.connection_acknowledged = True
        await self.send_message({"type": "connection_ack"})

    async def run_operation(self, operation: Operation[SubgraphContext, None]) -> None:
        """Send what the operation comes to; a caller whose time is over is sent away."""
        try:
            caller = self.door.caller_of(self._authorization or "")
        except InvalidToken:
            await self.websocket.close(FORBIDDEN, "The caller's time is over")
            return
        try:
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=self.door.context_of(caller),
                operation_name=operation.operation_name,
            )
            async with aclosing(results):
                await self._send_result_stream(operation, results)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            pass

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004
        """Have what is wrong with an operation end it alone, and not the socket."""
        return None


def _authorization(socket: WebSocket, payload: Mapping[str, Any]) -> str:
    inner = payload.get("headers")
    for source in (payload, inner if isinstance(inner, dict) else {}, socket.headers):
        for name, value in source.items():
            if str(name).lower() == "authorization":
                return str(value)
    return ""


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    payload, identifier = message.get("payload"), message.get("id")
    if message.get("type") in ("connection_init", "ping", "pong"):
        return payload is None or isinstance(payload, dict)
    if not isinstance(identifier, str) or not 0 < len(identifier) <= _LONGEST_ID:
        return False
    return message.get("type") == "complete" or (
        message.get("type") == "subscribe" and _is_operation(payload)
    )


def _is_operation(payload: Any) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
    )
