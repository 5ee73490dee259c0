"""WebSockets whose app may write at once, without a task's turn, while the client reads."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN

Push: TypeAlias = Callable[[bytes], bool]
"""Writes a text message; False, and nothing written, if it would have to wait or cannot be sent."""

_EXTENSION = "tutti.push"
_SHORT, _MEDIUM = 126, 1 << 16
_TEXT = 0x81
"""The first byte of a whole text message in one frame."""


class PushingProtocol(WebSocketsSansIOProtocol):
    """Offers `push` to the app, as an extension of its scope."""

    def handle_connect(self, event: Request) -> None:
        """Offer it as soon as there is a scope; the app has not begun to run then."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[_EXTENSION] = {"push": self.push}

    def connection_lost(self, exc: Exception | None) -> None:
        """Undo what would hold a closed connection in a circle: garbage is looked for rarely."""
        super().connection_lost(exc)
        self.conn.parser.close()
        scope: Mapping[str, Any] = getattr(self, "scope", {})  # none before there was a request
        scope.get("extensions", {}).pop(_EXTENSION, None)

    def keepalive_timeout(self) -> None:
        """Drop a client that answers no ping: it may not read, and then closing has no end."""
        super().keepalive_timeout()
        self.transport.abort()

    def handle_close(self, event: Frame) -> None:
        """Close with the client, even if it does not read what was sent before."""
        super().handle_close(event)
        self._end_in_time()

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the app; a close has an end, even if the client does not read."""
        await super().send(message)
        if message["type"] == "websocket.close":
            self._end_in_time()

    def _end_in_time(self) -> None:
        if self.transport.get_write_buffer_size():
            self.loop.call_later(self.close_timeout, self.transport.abort)

    def handle_ping(self) -> None:
        """Answer a ping, unless the client does not even read: the answers would pile up."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def push(self, message: bytes) -> bool:
        """Write a text message unless the client is behind, has gone or is being closed."""
        if self.conn.state is not OPEN or self.close_sent or not self.writable.is_set():
            return False
        if self.conn.extensions:  # it would have to be compressed
            return False
        if self.transport.is_closing():  # the client has gone, and nobody was told yet
            return False
        self.transport.write(_framed(message))
        return True


def push_of(scope: Mapping[str, Any]) -> Push | None:
    """Give the socket's `push`; None from a server that has none."""
    offered = (scope.get("extensions") or {}).get(_EXTENSION)
    push: Push | None = None if offered is None else offered["push"]
    return push


def _framed(message: bytes) -> bytes:
    length = len(message)
    if length < _SHORT:
        return bytes((_TEXT, length)) + message
    if length < _MEDIUM:
        return bytes((_TEXT, _SHORT, length >> 8, length & 0xFF)) + message
    return Frame(Opcode.TEXT, message).serialize(mask=False)
