"""A server of HTTP that says exactly what a test wants said, and asking it by either client."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.ports import SubgraphRequest, SubgraphUnreachable
from gateway.transport.client import HttpClient, HttpLimits
from gateway.transport.http import HttpTransport

MakeClient = Callable[[HttpLimits], HttpClient]
REQUEST = SubgraphRequest("shop", b'{"query":"{ a }"}')
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class SayingServer:
    """Counts connections and requests; `says` are the answers, the last one again and again.

    None as an answer is silence; an empty one closes the connection. Until it may read bodies it
    answers without.
    """

    def __init__(self, *says: bytes | None) -> None:
        self.says = list(says)
        self.connections = 0
        self.ended = 0
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                if not self.may_read.is_set():
                    writer.write(OK)
                    await self.may_read.wait()
                length = self.heads[-1].lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                self.bodies.append(await reader.readexactly(int(length)))
                said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
                await self.may_answer.wait()
                if said == b"":
                    return
                writer.write(said or b"")
                await writer.drain()
                if said is not None and b"\r\nConnection: close\r\n" in said:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended += 1
            writer.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  # it is a server's doing
            await asyncio.sleep(0)


@asynccontextmanager
async def saying(
    *says: bytes | None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[SayingServer]:
    server = SayingServer(*says)
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/graphql?x=1"
    try:
        yield server
    finally:
        server.may_answer.set()
        server.may_read.set()
        listening.close()
        await until(lambda: server.ended == server.connections)


def transport(client: MakeClient, server: SayingServer, **limits: object) -> HttpTransport:
    return HttpTransport({"shop": server.url}, limits=HttpLimits(**limits), client=client)  # type: ignore[arg-type]


async def unreachable(asking: HttpTransport, request: SubgraphRequest = REQUEST) -> str:
    with pytest.raises(SubgraphUnreachable) as caught:
        await asking.send(request)
    return str(caught.value)
