"""A lean HTTP/1.1 client for subgraphs: nothing but POST, on kept-alive connections."""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from functools import cache, partial

from yarl import URL

from gateway.ports import SubgraphResponse
from gateway.transport.client import KEEP_ALIVE_SECONDS, BrokenExchange, HttpLimits
from gateway.transport.lean_connection import Connection
from gateway.transport.request_head import RequestHead


class LeanClient:
    """An HTTP client at a fraction of aiohttp's cost; it knows no proxies and no compression."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._deadline = limits.deadline.total_seconds()
        self._pools: dict[tuple[str, str], _Pool] = {}

    async def post(
        self, subgraph: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> SubgraphResponse:
        """Send one request; raises AnswerTooLarge, OSError and TimeoutError."""
        pool = self._pools.get((subgraph, url))
        if pool is None:
            pool = self._pools[subgraph, url] = _Pool(URL(url), self._limits)
        deadline = asyncio.get_running_loop().time() + self._deadline
        request = pool.head.of(headers, body) + body
        connection = pool.taken()
        if connection is None:
            async with asyncio.timeout_at(deadline):
                connection = await pool.opened()
        try:
            return await connection.ask(request, deadline)
        finally:
            pool.release(connection)

    async def close(self) -> None:
        """Close every connection."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()


class _Pool:
    """The connections to one address: idle ones, and room for so many."""

    def __init__(self, url: URL, limits: HttpLimits) -> None:
        host, port = url.raw_host, url.port
        if url.scheme not in ("http", "https") or not host or port is None:
            raise BrokenExchange(f"{url} is no address of HTTP")
        if url.user is not None:
            raise BrokenExchange("credentials in an address are not sent")
        self.head = RequestHead(url)
        self._host, self._port = host, port
        self._is_safe = url.scheme == "https"
        self._limits = limits
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()
        self._opening = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None

    def taken(self) -> Connection | None:
        """Give the idle connection that was used last, if it may still be used."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable and not self._is_old(connection):
                return connection
            connection.abort()
        return None

    async def opened(self) -> Connection:
        """Open a connection when there is room for one, or give one that nobody needs now."""
        while len(self._all) + self._opening >= self._limits.connections:
            given = await self._turn()
            if given is not None and given.is_usable:
                return given
        self._opening += 1
        try:
            connection = await self._connected()
        except BaseException:
            self._next(None)
            raise
        finally:
            self._opening -= 1
        self._all.add(connection)
        return connection

    def release(self, connection: Connection) -> None:
        """Take a connection back, for whoever has waited longest."""
        if not connection.is_usable or self._next(connection):
            return
        connection.released = asyncio.get_running_loop().time()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep_later()

    def close(self) -> None:
        """Close every connection."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in tuple(self._all):
            connection.abort()

    async def _turn(self) -> Connection | None:
        """Wait for a connection, or (None) for room; first come, first served."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                given = turn.result()
                self._next(None) if given is None else self.release(given)
            raise

    def _next(self, connection: Connection | None) -> bool:
        """Hand a connection, or room, to whoever has waited longest, if there is anybody."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    async def _connected(self) -> Connection:
        make = partial(Connection, self._limits.response_bytes, self._lost)
        context = _tls() if self._is_safe else None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(make, self._host, self._port, ssl=context)
        return connection

    def _lost(self, connection: Connection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._next(None)

    def _is_old(self, connection: Connection) -> bool:
        age = asyncio.get_running_loop().time() - connection.released
        return age >= KEEP_ALIVE_SECONDS

    def _sweep_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = loop.call_later(KEEP_ALIVE_SECONDS, self._swept)

    def _swept(self) -> None:
        """Close what has been idle for too long; the oldest come first."""
        self._sweep = None
        kept = [one for one in self._idle if not self._is_old(one)]
        old, self._idle = self._idle[: len(self._idle) - len(kept)], kept
        for connection in old:
            connection.abort()
        if kept:
            self._sweep_later()


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
