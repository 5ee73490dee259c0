"""A server reached over connections that may fall silent, as when its machine loses its power."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Silenced:
    """Forwards to a server. What is opened before `silence` is then neither answered nor closed."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._pumps: set[asyncio.Task[None]] = set()
        self._handlers: set[asyncio.Task[None] | None] = set()
        self._end = asyncio.Event()
        self._server: asyncio.Server

    @property
    def url(self) -> str:
        """The address of the server over these connections."""
        port = self._server.sockets[0].getsockname()[1]
        return urlunsplit(self._target._replace(netloc=f"127.0.0.1:{port}"))

    def silence(self) -> None:
        """Let all connections that are open now fall silent; new ones work."""
        for pump in self._pumps:
            pump.cancel()

    async def open(self) -> None:
        """Begin to accept."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)

    async def close(self) -> None:
        """Close everything."""
        self._server.close()
        self.silence()
        self._end.set()
        await asyncio.gather(*(one for one in self._handlers if one), return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._handlers.add(asyncio.current_task())
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        pumps = [
            asyncio.create_task(_pump(reader, there[1])),
            asyncio.create_task(_pump(there[0], writer)),
        ]
        self._pumps.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        if any(pump.cancelled() for pump in pumps):
            await self._end.wait()
        for pump in pumps:
            pump.cancel()
        await asyncio.wait(pumps)
        self._pumps.difference_update(pumps)
        for one in (writer, there[1]):
            one.transport.abort()
        self._handlers.discard(asyncio.current_task())


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()


@asynccontextmanager
async def silenced(url: str) -> AsyncIterator[Silenced]:
    """Give a way to a server that may fall silent."""
    way = Silenced(url)
    await way.open()
    try:
        yield way
    finally:
        await way.close()
