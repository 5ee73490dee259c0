"""Subgraphs over HTTP/1.1: one kept-alive pool per subgraph, a deadline and a size bound."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import aiohttp
from opentelemetry.trace import SpanKind

from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphUnreachable
from gateway.transport.aiohttp_client import AiohttpClient
from gateway.transport.client import AnswerTooLarge, HttpClient, HttpLimits
from gateway.transport.reasons import reason_of
from service_kit.identity.tokens import CallerSigner
from service_kit.runtime.telemetry import outgoing_headers, span
from service_kit.runtime.tracing import ATTRIBUTE_PEER, is_tracing

__all__ = ["HttpLimits", "HttpTransport"]


class HttpTransport:
    """Asks subgraphs by POST, as a caller signed for each of them; close it when done.

    The HTTP client is aiohttp unless another one is given.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        signer: CallerSigner | None = None,
        limits: HttpLimits | None = None,
        client: Callable[[HttpLimits], HttpClient] | None = None,
    ) -> None:
        self._urls = dict(urls)
        self._signer = signer
        self._limits = limits or HttpLimits()
        self._client: HttpClient = (client or AiohttpClient)(self._limits)

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
            if not is_tracing():
                return await self._ask(url, request)
            with span(f"ask {request.subgraph}", attributes, kind=SpanKind.CLIENT):
                return await self._ask(url, request)
        except AnswerTooLarge as error:
            bound = f"the answer exceeds {self._limits.response_bytes} bytes"
            raise SubgraphUnreachable(f"{request.subgraph}: {bound}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SubgraphUnreachable(f"{request.subgraph}: {reason_of(error)}") from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def _ask(self, url: str, request: SubgraphRequest) -> SubgraphResponse:
        headers = self._headers(request)
        return await self._client.post(request.subgraph, url, headers, request.body)

    def _headers(self, request: SubgraphRequest) -> dict[str, str]:
        headers = {**request.headers, **outgoing_headers()}
        if self._signer is not None and request.caller is not None:
            token = self._signer.sign(request.caller, request.subgraph)
            headers["Authorization"] = f"Bearer {token}"
        return headers
