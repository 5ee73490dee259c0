"""All open WebSockets of the process: pinged, ended when a token expires, closed at the end."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol

from service_kit.runtime.clock import Clock

FORBIDDEN = 4403
SERVICE_RESTART = 1012
"""Clients connect again after both: with a new token, or elsewhere."""

TOKEN_EXPIRED = "Token expired"  # noqa: S105  # words, no secret

_LOOK_SECONDS = 0.5


class Socket(Protocol):
    """What is needed of an open socket."""

    @property
    def expires_at(self) -> datetime:
        """When its caller's token expires, or a visitor's time is over."""

    def push_ping(self) -> bool:
        """Send a ping of the protocol at once; False if that cannot be now."""

    def ping(self) -> Coroutine[Any, Any, None]:
        """Send a ping of the protocol."""

    def end(self, code: int, reason: str) -> Coroutine[Any, Any, None]:
        """Close it."""

    def expire(self) -> Coroutine[Any, Any, None]:
        """Close it because its caller's time is over."""


class OpenSockets:
    """Looks after sockets with one task for all."""

    def __init__(self, clock: Clock, ping_seconds: float) -> None:
        self._clock = clock
        self._ping_seconds = ping_seconds
        self._sockets: dict[Socket, int] = {}
        self._numbered: dict[int, Socket] = {}
        self._due: list[tuple[float, int]] = []  # nothing here keeps a socket that was closed
        self._numbers = count(1)
        self._busy: dict[Socket, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._sockets)

    @contextmanager
    def holding(self, socket: Socket) -> Iterator[None]:
        """Look after a socket while it is open."""
        self._schedule(socket)
        try:
            yield
        finally:
            del self._numbered[self._sockets.pop(socket)]
            busy = self._busy.pop(socket, None)
            if busy is not None:
                busy.cancel()

    async def run(self) -> None:
        """Look after the sockets for ever."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            while self._due and self._due[0][0] <= now:
                socket = self._numbered.get(heappop(self._due)[1])
                if socket is not None:  # else it is closed, or was changed
                    self._look_after(socket)

    async def close(self) -> None:
        """Close every socket so that its client connects again."""
        ends = [one.end(SERVICE_RESTART, "Service restart") for one in list(self._sockets)]
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.gather(*ends, return_exceptions=True)

    def changed(self, socket: Socket) -> None:
        """Look at a socket anew: its caller is known now."""
        self._schedule(socket)

    def has_expired(self, socket: Socket) -> bool:
        """Whether the time of the socket's caller is over."""
        return socket.expires_at <= self._clock.now()

    def _schedule(self, socket: Socket) -> None:
        left = (socket.expires_at - self._clock.now()).total_seconds()
        seconds = max(0.0, min(left, self._ping_seconds))
        due = asyncio.get_running_loop().time() + seconds
        self._numbered.pop(self._sockets.get(socket, 0), None)
        number = self._sockets[socket] = next(self._numbers)
        self._numbered[number] = socket
        heappush(self._due, (due, number))

    def _look_after(self, socket: Socket) -> None:
        busy = self._busy.get(socket)
        is_busy = busy is not None and not busy.done()
        if self.has_expired(socket):
            if busy is not None:
                busy.cancel()
            self._busy[socket] = _started(socket.expire)
            return
        self._schedule(socket)
        # A socket that is busy has not even taken the last ping.
        if not is_busy and not socket.push_ping():
            self._busy[socket] = _started(socket.ping)


def _started(work: Callable[[], Coroutine[Any, Any, None]]) -> "asyncio.Task[None]":
    return asyncio.create_task(_quietly(work))


async def _quietly(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with suppress(Exception):  # the socket's own task hears of it
        await work()  # only now: a task may be cancelled before it begins
