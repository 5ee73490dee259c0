"""A cable between clients and a server, which can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from devstack.ports import HOST


class Cable:
    """Carries TCP connections to a port of this machine; a cut breaks off all there are."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self.url = ""

    def cut(self) -> int:
        """Break off every connection without a goodbye, and tell how many there were."""
        cut = len(self._writers) // 2
        for writer in self._writers:
            writer.transport.abort()
        return cut

    async def carry(self, near: asyncio.StreamReader, near_writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        try:
            far, far_writer = await asyncio.open_connection(HOST, self._port)
        except OSError:
            near_writer.transport.abort()
            return
        writers = {near_writer, far_writer}
        self._writers |= writers
        try:
            await asyncio.gather(_pump(near, far_writer), _pump(far, near_writer))
        finally:
            self._writers -= writers
            for writer in writers:
                writer.transport.abort()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(1 << 16):
            sink.write(chunk)
            await sink.drain()
        sink.write_eof()


@asynccontextmanager
async def cable_to(port: int) -> AsyncIterator[Cable]:
    """Lay a cable to a port."""
    cable = Cable(port)
    server = await asyncio.start_server(cable.carry, HOST, 0)
    cable.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    try:
        yield cable
    finally:
        server.close()
        cable.cut()
        await server.wait_closed()
