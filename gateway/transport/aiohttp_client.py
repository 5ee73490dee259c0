"""HTTP by aiohttp: connections of its own for each subgraph."""

import asyncio
from collections.abc import Mapping

from yarl import URL

from gateway.ports import SubgraphResponse
from gateway.transport.aiohttp_endpoint import AiohttpEndpoint
from gateway.transport.client import HttpLimits
from service_kit.runtime.deadline import Deadline


class AiohttpClient:
    """The default HTTP client."""

    def __init__(self, limits: HttpLimits) -> None:
        self._limits = limits
        self._deadline = Deadline(limits.deadline.total_seconds())
        self._endpoints: dict[tuple[str, str], AiohttpEndpoint] = {}

    async def post(
        self, subgraph: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> SubgraphResponse:
        """Send one request; raises AnswerTooLarge, OSError, TimeoutError and aiohttp's errors."""
        endpoint = self._endpoints.get((subgraph, url)) or self._open(subgraph, url)
        with self._deadline.block():
            return await endpoint.post(headers, body)

    async def close(self) -> None:
        """Close every connection."""
        endpoints, self._endpoints = self._endpoints, {}
        await asyncio.gather(*(endpoint.close() for endpoint in endpoints.values()))

    def _open(self, subgraph: str, url: str) -> AiohttpEndpoint:
        """There are as many as subgraphs, and a few more after reloads."""
        endpoint = self._endpoints[subgraph, url] = AiohttpEndpoint(URL(url), self._limits)
        return endpoint
