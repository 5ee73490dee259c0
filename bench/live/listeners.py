"""Subscribers over graphql-transport-ws, thousands in one process, and what they have heard.

Every item is checked: its text, and that its number follows the listener's last one. So a lost,
doubled or misplaced event ends the bench.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import orjson

from bench.live.frames import CLOSE, PING, PONG, TEXT, FrameReader, masked_frame
from bench.live.notes import FIELD
from bench.live.notes import TEXT as SAID

HOST = "127.0.0.1"
_AT_ONCE = 64
_PATIENCE_SECONDS = 60.0
_ACCEPTED = b"HTTP/1.1 101"
_PONG = masked_frame(b'{"type":"pong"}')

Arrival: TypeAlias = tuple[str, int, float]
"""A note, its number, and when an item about them came, on the monotonic clock."""


class WrongItem(Exception):
    """A listener got what it should not have; the message holds it."""


class Lost(Exception):
    """Items did not come in time; the message says how many."""


class Audience:
    """All the listeners of one server in one case."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []
        self.arrivals: list[Arrival] = []
        self._failure: Exception | None = None
        self._awaited = 0
        self._enough = asyncio.Event()

    def begin(self) -> None:
        """Forget what came so far."""
        self.arrivals = []

    def came(self, note: str, number: int, at: float) -> None:
        """Count an item."""
        self.arrivals.append((note, number, at))
        if len(self.arrivals) >= self._awaited:
            self._enough.set()

    def failed(self, failure: Exception) -> None:
        """End every waiting with a failure."""
        self._failure = self._failure or failure
        self._enough.set()

    async def until(self, count: int, patience: float = _PATIENCE_SECONDS) -> None:
        """Wait until so many items came in all; raises Lost, and what a listener found wrong."""
        self._awaited = count
        while self._failure is None and len(self.arrivals) < count:
            self._enough.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._enough.wait()
            except TimeoutError as error:
                missing = count - len(self.arrivals)
                raise Lost(f"{missing} of {count} items did not come.") from error
        if self._failure is not None:
            raise self._failure

    def check(self, numbers: Mapping[str, int]) -> None:
        """Raise Lost unless every listener has heard its note's last number."""
        behind = [one for one in self.listeners if one.number != numbers[one.note]]
        if behind:
            raise Lost(f"{len(behind)} listeners have not heard the last of their note.")


class Listener(asyncio.Protocol):
    """One socket with one subscription to one note; `number` is the last that it heard."""

    def __init__(self, audience: Audience, note: str, hello: Mapping[str, Any], operation: str):
        self.note = note
        self.number = 0
        self.acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._audience = audience
        self._hello = hello
        self._operation = operation
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
            self._fail(exc or WrongItem(f"{self.note}: the server closed the socket"))
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
        self._send({"type": "connection_init", "payload": self._hello})
        return rest

    def _take(self, opcode: int, payload: bytes, at: float) -> None:
        if opcode == TEXT:
            self._hear(orjson.loads(payload), at)
        elif opcode == PING:
            self._transport.write(masked_frame(payload, PONG))
        elif opcode == CLOSE and not self._leaving:
            raise WrongItem(f"{self.note}: closed with {payload!r}")

    def _hear(self, message: Any, at: float) -> None:
        kind = message["type"]
        if kind == "next":
            item = message["payload"]["data"][FIELD]
            if problem := problem_of(item, self.note, self.number):
                raise WrongItem(f"{problem}: {message}")
            self.number = item["seq"]
            self._audience.came(self.note, self.number, at)
        elif kind == "ping":
            self._transport.write(_PONG)
        elif kind == "connection_ack":
            payload = {"query": self._operation, "variables": {"id": self.note}}
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


def problem_of(item: Mapping[str, Any], note: str, last: int) -> str | None:
    """Say what is wrong with an item of a listener that heard `last`; None if nothing is."""
    number = item["seq"]
    if last and number != last + 1:
        return f"{number} came after {last}"
    if item["text"] != SAID:
        return "another text"
    entity = item.get("note")
    if entity is not None and (entity["id"] != note or entity["version"] < number):
        return "another entity, or one from before the event"
    return None


@asynccontextmanager
async def audience(
    port: int, notes: Sequence[str], hello: Mapping[str, Any], operation: str
) -> AsyncIterator[Audience]:
    """Have one listener for each of the notes, a note as often as it stands there."""
    heard = Audience()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def join(note: str) -> None:
        async with gate:
            listener = Listener(heard, note, hello, operation)
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: listener, HOST, port)
            heard.listeners.append(listener)
            await listener.acknowledged

    try:
        async with asyncio.TaskGroup() as group:
            for note in notes:
                group.create_task(join(note))
        yield heard
    finally:
        await _left(heard.listeners)


async def _left(listeners: Iterable[Listener]) -> None:
    leaving = list(listeners)
    for listener in leaving:
        listener.leave()
    if leaving:
        await asyncio.wait([one.gone for one in leaving], timeout=_PATIENCE_SECONDS)
