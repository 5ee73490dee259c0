"""HTTP by aiohttp: a session for each subgraph."""

import asyncio
from collections.abc import Mapping

import aiohttp
from yarl import URL

from gateway.ports import SubgraphResponse
from gateway.transport.aiohttp_post import Post
from gateway.transport.client import HEADERS, KEEP_ALIVE_SECONDS, AnswerTooLarge, HttpLimits
from service_kit.runtime.deadline import Deadline


class AiohttpClient:
    """The default HTTP client."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._deadline = Deadline(limits.deadline.total_seconds())
        self._opened: dict[tuple[str, str], tuple[aiohttp.ClientSession, URL]] = {}

    async def post(
        self, subgraph: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> SubgraphResponse:
        """Send one request; raises AnswerTooLarge, OSError, TimeoutError and aiohttp's errors."""
        session, address = self._opened.get((subgraph, url)) or self._open(subgraph, url)
        with self._deadline.block():
            response = await session.post(
                address, data=body, headers=headers, allow_redirects=False
            )
            try:
                return SubgraphResponse(response.status, await self._read(response.content))
            except BaseException:
                response.close()
                raise

    async def close(self) -> None:
        """Close every connection."""
        opened, self._opened = self._opened, {}
        await asyncio.gather(*(session.close() for session, _ in opened.values()))

    async def _read(self, content: aiohttp.StreamReader) -> bytes:
        """Read to the end, which gives the connection back."""
        limit = self._limits.response_bytes
        if content.is_eof():  # it came together with its head, as most do
            body = content.read_nowait()
            if len(body) > limit:
                raise AnswerTooLarge
            return body
        chunks: list[bytes] = []
        size = 0
        async for chunk in content.iter_any():
            size += len(chunk)
            if size > limit:
                raise AnswerTooLarge
            chunks.append(chunk)
        return b"".join(chunks)

    def _open(self, subgraph: str, url: str) -> tuple[aiohttp.ClientSession, URL]:
        """Open a session; there are as many as subgraphs, and a few more after reloads."""
        address = URL(url)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._limits.connections, keepalive_timeout=KEEP_ALIVE_SECONDS
            ),
            timeout=aiohttp.ClientTimeout(total=None),  # the whole request has its deadline
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Host": address.host_port_subcomponent or "", **HEADERS},
            request_class=Post,
        )
        self._opened[subgraph, url] = session, address
        return session, address
