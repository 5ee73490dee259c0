"""GraphQL over WebSocket (graphql-transport-ws): Strawberry's handler with our bounds and bytes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, cast

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from gateway.errors import ClientError, Unauthenticated, Unavailable
from gateway.execution.answer import Answer
from gateway.security.masking import masked
from gateway.server.drain import Drain
from gateway.server.places import Room
from gateway.server.schema import GatewaySchema, RequestContext
from gateway.server.sockets import FORBIDDEN, SERVICE_RESTART, TOKEN_EXPIRED, OpenSockets
from gateway.subscriptions.listener import Push
from service_kit.identity.caller import Caller
from service_kit.runtime.websocket import Push as PushBytes
from service_kit.runtime.websocket import push_of

TRY_AGAIN_LATER = 1013
INVALID_MESSAGE = 4400
UNAUTHORIZED = 4401
SUBSCRIBER_EXISTS = 4409
TOO_MANY_INITIALISATIONS = 4429

_LONGEST_REASON = 120
_LONGEST_ID = 256
_PING = b'{"type":"ping"}'
_NULL = type(None)
_GONE = (OSError, RuntimeError, WebSocketDisconnect)
"""What sending raises once the client has gone."""

_log = structlog.get_logger("gateway.server")


class TooManyOperations(ClientError):
    """The socket has as many operations under way as it may."""

    code = "TOO_MANY_OPERATIONS"


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """Bounds of a socket: time to initialise, operations at a time, time between pings."""

    init_seconds: float = 3
    operations: int = 100
    visitor_operations: int = 20
    ping_seconds: float = 25


class TextSocket(ASGIWebSocketAdapter):
    """A socket that speaks in text frames, and says once that its client has gone."""

    ws: WebSocket

    @property
    def push(self) -> PushBytes | None:
        """Writes a message at once if the client reads; None where the server cannot."""
        return push_of(self.ws.scope)

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message."""
        await self.send_text(orjson.dumps(message).decode())

    async def send_text(self, text: str) -> None:
        """Send a message that is JSON already; raises WebSocketDisconnected."""
        if self.ws.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(text)
        except _GONE as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close it, unless it is closed."""
        if self.ws.application_state is WebSocketState.CONNECTED:
            try:
                await self.ws.close(code=code, reason=_short(reason))
            except _GONE as error:
                raise WebSocketDisconnected from error


class Door(Protocol):
    """What a socket asks of the view it came in by."""

    @property
    def sockets(self) -> OpenSockets:
        """All the sockets."""

    @property
    def room(self) -> Room:
        """How much of everything there may be."""

    @property
    def socket(self) -> SocketOptions:
        """The bounds of a socket."""

    @property
    def drain(self) -> Drain:
        """Whether the process is ending."""

    async def caller_of(self, socket: WebSocket, payload: Mapping[str, Any]) -> Caller:
        """Find out who asks; raises Unauthenticated and Unavailable."""

    def passed_on(self, payload: Mapping[str, Any]) -> Mapping[str, str]:
        """Give the headers in `connection_init` that are passed on to subgraphs."""


class SocketHandler(BaseGraphQLTransportWSHandler[RequestContext, None]):
    """One socket: who is asking is told by `connection_init`, or by the handshake's header."""

    websocket: TextSocket  # type: ignore[mutable-override]  # our view makes no other
    schema: GatewaySchema  # type: ignore[mutable-override]  # nor has it another

    @cached_property
    def _as_visitor(self) -> ExitStack:
        """What a visitor takes up, given back when the socket is closed."""
        return ExitStack()

    @property
    def expires_at(self) -> datetime:
        """When the caller's token expires."""
        return self.context.caller.expires_at

    @property
    def door(self) -> Door:
        """The view it came in by."""
        return cast("Door", self.view)

    async def handle(self) -> None:
        """Serve the socket until it is closed."""
        if self.door.drain.has_begun:
            await self.end(SERVICE_RESTART, "Service restart")
            return
        with self._as_visitor, self.door.sockets.holding(self):
            await super().handle()

    def push_ping(self) -> bool:
        """Send a ping of the protocol at once; False if that cannot be now."""
        push = self.websocket.push
        return not self.connection_acknowledged or (push is not None and push(_PING))

    async def ping(self) -> None:
        """Send a ping of the protocol."""
        await self.websocket.send_text(_PING.decode())

    async def end(self, code: int, reason: str) -> None:
        """Close the socket."""
        await self.websocket.close(code, reason)

    async def expire(self) -> None:
        """Close the socket because its caller's time is over: the client comes again."""
        if self.context.caller.is_anonymous:
            await self.end(TRY_AGAIN_LATER, "A visitor's socket ends after a while")
        else:
            await self.end(FORBIDDEN, TOKEN_EXPIRED)

    async def handle_message(self, message: Message) -> None:
        """Refuse what is no message of the protocol, and handle the others."""
        problem = _problem(message)
        if problem is not None:
            await self.handle_invalid_message(problem)
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """Find out who asks; a token that is not good closes the socket with 4403."""
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.websocket.close(TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task is not None:
            self.connection_init_timeout_task.cancel()
            self.connection_init_timeout_task = None
        try:
            caller = await self.door.caller_of(self.websocket.ws, message.get("payload") or {})
        except Unauthenticated as error:
            await self.websocket.close(FORBIDDEN, error.message)
            return
        except Unavailable as error:
            await self.websocket.close(TRY_AGAIN_LATER, error.message)
            return
        if caller.is_anonymous:
            try:
                self.door.room.connections.require_one_of_visitors()
            except Unavailable as error:
                await self.websocket.close(TRY_AGAIN_LATER, error.message)
                return
            self._as_visitor.enter_context(self.door.room.connections.known_as_visitors())
        passed = self.door.passed_on(message.get("payload") or {})
        self.context = replace(
            self.context, caller=caller, headers={**self.context.headers, **passed}
        )
        self.connection_acknowledged = True
        await self.websocket.send_text('{"type":"connection_ack"}')
        self.door.sockets.changed(self)

    async def handle_subscribe(self, message: Any) -> None:
        """Start an operation; what is wrong with it ends it, not the socket."""
        identifier, payload = message["id"], message["payload"]
        if not self.connection_acknowledged:
            await self.websocket.close(UNAUTHORIZED, "Unauthorized")
            return
        if identifier in self.operations:
            reason = f"Subscriber for {identifier} already exists"
            await self.websocket.close(SUBSCRIBER_EXISTS, reason)
            return
        refused = self._refusal()
        if refused is not None:
            await self._send_errors(identifier, [masked(refused)])
            return
        operation = Operation(
            self,
            identifier,
            payload["query"],
            payload.get("variables"),
            payload.get("operationName") or None,
        )
        self.operations[identifier] = operation
        operation.task = asyncio.create_task(self.run_operation(operation))
        operation.task.add_done_callback(self._task_done)

    def _refusal(self) -> ClientError | None:
        """Say why there may be no further operation; None if there may."""
        is_visitor, bounds = self.context.caller.is_anonymous, self.door.socket
        if len(self.operations) >= (bounds.visitor_operations if is_visitor else bounds.operations):
            return TooManyOperations("This socket has too many operations under way.")
        try:
            self.door.room.operations.require_one(by_visitor=is_visitor)
        except Unavailable as error:
            return TooManyOperations(error.message)
        return None

    async def run_operation(self, operation: Operation[RequestContext, None]) -> None:
        """Send what the operation comes to, and how it ends."""
        is_visitor = self.context.caller.is_anonymous
        with self.door.room.operations.taken(by_visitor=is_visitor):
            await self._run(operation)

    async def _run(self, operation: Operation[RequestContext, None]) -> None:
        try:
            async with aclosing(self._answers(operation)) as answers:
                if await self._send_all(operation, answers):
                    self._forget(operation)
                    await self.websocket.send_json({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            pass
        except Exception as error:  # noqa: BLE001  # a defect of ours: nobody waits for ever
            _log.exception("operation_failed")
            with suppress(WebSocketDisconnected):
                await self._send_errors(operation.id, [masked(error)])
        finally:
            self._forget(operation)

    async def _answers(
        self, operation: Operation[RequestContext, None]
    ) -> AsyncGenerator[Answer, None]:
        query, variables = operation.query, operation.variables
        operation.query, operation.variables = "", None  # not kept for as long as it lasts
        try:
            answered = await self.schema.stream(
                query,
                variable_values=cast("dict[str, Any] | None", variables),
                context_value=self.context,
                operation_name=operation.operation_name,
                push=self._push_for(operation),
            )
        except ClientError as error:
            yield Answer(None, [masked(error)], was_run=False)
            return
        del query, variables
        async with aclosing(answered):
            async for each in answered:
                yield each.answer

    async def _send_all(
        self,
        operation: Operation[RequestContext, None],
        answers: AsyncGenerator[Answer, None],
    ) -> bool:
        """Send answers; False if there are no more for a reason, which the client was told.

        Of an expired token the close code tells: clients then come again with a new one.
        """
        head = _head(operation.id).decode()
        async for answer in answers:
            if not answer.was_run:
                self._forget(operation)
                if self.door.sockets.has_expired(self):
                    await self.expire()
                else:
                    await self._send_errors(operation.id, answer.errors)
                return False
            await self.websocket.send_text(f"{head}{answer.encoded.decode()}}}")
        return True

    def _push_for(self, operation: Operation[RequestContext, None]) -> Push | None:
        write, head = self.websocket.push, _head(operation.id)
        if write is None:
            return None
        return lambda answer: write(b"".join((head, answer.encoded, b"}")))

    async def _send_errors(self, identifier: str, errors: Any) -> None:
        message = {"id": identifier, "type": "error", "payload": list(errors)}
        await self.websocket.send_json(message)

    def _forget(self, operation: Operation[RequestContext, None]) -> None:
        """Free the id, unless a later operation has it."""
        if self.operations.get(operation.id) is operation:
            del self.operations[operation.id]


def _head(identifier: str) -> bytes:
    """Give what stands before an answer in its message."""
    return b'{"id":' + orjson.dumps(identifier) + b',"type":"next","payload":'


def _problem(message: Any) -> str | None:
    """Say what is wrong with a message's form; None if nothing is."""
    if not isinstance(message, dict):
        return "A message is a JSON object"
    kind = message.get("type")
    if kind in ("connection_init", "ping", "pong"):
        fits = isinstance(message.get("payload"), dict | _NULL)
        return None if fits else "A payload is an object"
    if kind not in ("subscribe", "complete"):
        return "Unknown message type"
    identifier = message.get("id")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= _LONGEST_ID:
        return "An id is a string, neither empty nor long"
    return _problem_of_payload(message.get("payload")) if kind == "subscribe" else None


def _problem_of_payload(payload: Any) -> str | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str):
        return "A subscribe message has a payload with a query"
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | _NULL):
            return f"{name} must be an object"
    if not isinstance(payload.get("operationName"), str | _NULL):
        return "operationName must be a string"
    return None


def _short(reason: str) -> str:
    """A close frame has room for 123 bytes of reason."""
    return reason.encode()[:_LONGEST_REASON].decode("utf-8", "ignore")
