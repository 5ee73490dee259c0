"""Subscribers over graphql-transport-ws, thousands in one process, and what they have heard.

What each hears is checked by its own story, so one lost, doubled, misplaced or wrong item ends the
bench.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import orjson

from bench.live.frames import CLOSE, PING, PONG, TEXT, FrameReader, masked_frame

HOST = "127.0.0.1"
_AT_ONCE = 16
_PATIENCE_SECONDS = 30.0
_ACCEPTED = b"HTTP/1.1 101"
_PONG = masked_frame(b'{"type":"pong"}')

Arrival: TypeAlias = tuple["Story", str | int, float]
"""Whose item came, which, and when: on the monotonic clock, in seconds."""


class WrongItem(Exception):
    """A listener got what it should not have; the message holds it."""


class Lost(Exception):
    """Items did not come in time; the message says how many."""


class Story(Protocol):
    """What one listener follows."""

    @property
    def topic(self) -> str:
        """The id in its subscription's variables."""

    def follow(self, item: Mapping[str, Any]) -> str | int:
        """Take the next item and name it; raises WrongItem if it cannot be the next."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to subscribe: at which port, saying what at first, by which operation on which field."""

    port: int
    hello: Mapping[str, Any]
    operation: str
    field: str


class Audience:
    """All the listeners of one server in one case."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self._failure: Exception | None = None
        self._awaited = 0
        self._enough = asyncio.Event()

    def begin(self) -> None:
        """Forget what came so far."""
        self.arrivals = []

    def came(self, story: Story, name: str | int, at: float) -> None:
        """Count an item."""
        self.arrivals.append((story, name, at))
        if len(self.arrivals) >= self._awaited:
            self._enough.set()

    def failed(self, failure: Exception) -> None:
        """End every waiting with a failure."""
        self._failure = self._failure or failure
        self._enough.set()

    async def until(self, count: int, patience: float = _PATIENCE_SECONDS) -> None:
        """Wait until so many items came in all; raises what a listener found wrong.

        Raises Lost when nothing has come for as long as the patience lasts, in seconds.
        """
        self._awaited = count
        while self._failure is None and (came := len(self.arrivals)) < count:
            self._enough.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._enough.wait()
            except TimeoutError as error:
                if len(self.arrivals) == came:
                    raise Lost(f"{count - came} of {count} items did not come.") from error
        if self._failure is not None:
            raise self._failure


class Listener(asyncio.Protocol):
    """One socket with one subscription."""

    def __init__(self, audience: Audience, story: Story, way: Way) -> None:
        loop = asyncio.get_running_loop()
        self.acknowledged: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._audience = audience
        self._story = story
        self._way = way
        self._reader = FrameReader()
        self._handshake: bytes | None = b""
        self._transport: asyncio.Transport
        self._leaving = False

    def connection_made(self, transport: Any) -> None:
        """Ask for a WebSocket."""
        self._transport = transport
        transport.write(
            b"GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        at = time.monotonic()
        try:
            if self._handshake is not None:
                data = self._shake(data)
            for opcode, payload in self._reader.read(data):
                self._take(opcode, payload, at)
        except Exception as error:  # noqa: BLE001  # the bench ends with it
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody but the listener itself may end it."""
        if not self._leaving:
            self._fail(exc or WrongItem(f"{self._story.topic}: the server closed the socket"))
        if not self.gone.done():
            self.gone.set_result(None)

    def leave(self) -> None:
        """Close the socket."""
        self._leaving = True
        self._transport.write(masked_frame(b"\x03\xe8", CLOSE))
        self._transport.close()

    def _shake(self, data: bytes) -> bytes:
        self._handshake = (self._handshake or b"") + data
        head, found, rest = self._handshake.partition(b"\r\n\r\n")
        if not found:
            return b""
        if not head.startswith(_ACCEPTED):
            raise WrongItem(head.decode(errors="replace"))
        self._handshake = None
        self._send({"type": "connection_init", "payload": self._way.hello})
        return rest

    def _take(self, opcode: int, payload: bytes, at: float) -> None:
        if opcode == TEXT:
            self._hear(orjson.loads(payload), at)
        elif opcode == PING:
            self._transport.write(masked_frame(payload, PONG))
        elif opcode == CLOSE and not self._leaving:
            raise WrongItem(f"{self._story.topic}: closed with {payload!r}")

    def _hear(self, message: Any, at: float) -> None:
        kind = message["type"]
        if kind == "next":
            answer = message["payload"]
            if "errors" in answer:
                raise WrongItem(str(message))
            item = answer["data"][self._way.field]
            self._audience.came(self._story, self._story.follow(item), at)
        elif kind == "ping":
            self._transport.write(_PONG)
        elif kind == "connection_ack":
            variables = {"id": self._story.topic}
            payload = {"query": self._way.operation, "variables": variables}
            self._send({"id": "1", "type": "subscribe", "payload": payload})
            self.acknowledged.set_result(None)
        else:
            raise WrongItem(str(message))

    def _send(self, message: Mapping[str, Any]) -> None:
        self._transport.write(masked_frame(orjson.dumps(message)))

    def _fail(self, error: Exception) -> None:
        if not self.acknowledged.done():
            self.acknowledged.set_exception(error)
        self._audience.failed(error)


@asynccontextmanager
async def listening(
    way: Way, stories: Sequence[Story], heard: Audience | None = None
) -> AsyncIterator[Audience]:
    """Have one listener for each story, in an audience that may have others."""
    heard = heard or Audience()
    gate = asyncio.Semaphore(_AT_ONCE)
    listeners: list[Listener] = []

    async def join(story: Story) -> None:
        async with gate:
            listener = Listener(heard, story, way)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await loop.create_connection(lambda: listener, HOST, way.port)
                listeners.append(listener)
                await listener.acknowledged

    try:
        async with asyncio.TaskGroup() as group:
            for story in stories:
                group.create_task(join(story))
        yield heard
    finally:
        await _left(listeners)


async def _left(listeners: Iterable[Listener]) -> None:
    leaving = list(listeners)
    for listener in leaving:
        listener.leave()
    if leaving:
        await asyncio.wait([one.gone for one in leaving], timeout=_PATIENCE_SECONDS)
