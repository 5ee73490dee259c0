"""Subgraphs over HTTP/1.1: one kept-alive pool per subgraph, a deadline and a size bound."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

import aiohttp
from opentelemetry.trace import SpanKind

from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphUnreachable
from service_kit.identity.tokens import CallerSigner
from service_kit.runtime.telemetry import outgoing_headers, span
from service_kit.runtime.tracing import ATTRIBUTE_PEER

_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/graphql-response+json, application/json;q=0.9",
    "Accept-Encoding": "identity",
}
_SMALL_BYTES = 1 << 16
_KEEP_ALIVE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds on one request to a subgraph; `connections` counts those open to one subgraph."""

    deadline: timedelta = timedelta(seconds=10)
    response_bytes: int = 32 << 20
    connections: int = 100


class HttpTransport:
    """Asks subgraphs by POST, as a caller signed for each of them; close it when done."""

    def __init__(
        self,
        urls: Mapping[str, str],
        signer: CallerSigner | None = None,
        limits: HttpLimits | None = None,
    ) -> None:
        self._urls = dict(urls)
        self._signer = signer
        self._limits = limits or HttpLimits()
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def use(self, urls: Mapping[str, str]) -> None:
        """Know these addresses from now on; requests under way are not disturbed.

        They may still have to ask a subgraph that the graph has lost, so no address is forgotten.
        """
        self._urls.update(urls)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Ask once, without a retry: the subgraph may have acted even if no answer came."""
        url = self._urls.get(request.subgraph)
        if not url:
            raise SubgraphUnreachable(f"{request.subgraph}: no address is known")
        attributes = {ATTRIBUTE_PEER: request.subgraph}
        try:
            with span(f"ask {request.subgraph}", attributes, kind=SpanKind.CLIENT):
                return await self._post(url, request)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise SubgraphUnreachable(f"{request.subgraph}: {reason}") from error

    async def close(self) -> None:
        """Close every connection."""
        sessions, self._sessions = self._sessions, {}
        await asyncio.gather(*(session.close() for session in sessions.values()))

    async def _post(self, url: str, request: SubgraphRequest) -> SubgraphResponse:
        async with self._session(request.subgraph).post(
            url, data=request.body, headers=self._headers(request), allow_redirects=False
        ) as response:
            body = await self._read(response, request.subgraph)
            return SubgraphResponse(response.status, body)

    def _headers(self, request: SubgraphRequest) -> dict[str, str]:
        headers = {**request.headers, **outgoing_headers()}
        if self._signer is not None and request.caller is not None:
            token = self._signer.sign(request.caller, request.subgraph)
            headers["Authorization"] = f"Bearer {token}"
        return headers

    async def _read(self, response: aiohttp.ClientResponse, subgraph: str) -> bytes:
        limit = self._limits.response_bytes
        announced = response.content_length
        if announced is not None and announced <= min(limit, _SMALL_BYTES):
            return await response.read()
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > limit:
                response.close()
                raise SubgraphUnreachable(f"{subgraph}: the answer exceeds {limit} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _session(self, subgraph: str) -> aiohttp.ClientSession:
        session = self._sessions.get(subgraph)
        if session is None:
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._limits.connections,
                    # Shorter than uvicorn's five seconds: no request meets a closing socket.
                    keepalive_timeout=_KEEP_ALIVE_SECONDS,
                ),
                timeout=aiohttp.ClientTimeout(total=self._limits.deadline.total_seconds()),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
                auto_decompress=False,
            )
            self._sessions[subgraph] = session
        return session
