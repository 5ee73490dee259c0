"""A client that listens to the public graph, over a WebSocket or over server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiohttp

from tests.support.live import connected, sse_events

_PATIENCE_SECONDS = 30

Items = AsyncIterator[Any]
"""What the one field of a subscription gives, item after item."""


class Way(StrEnum):
    """How the items come."""

    WEBSOCKET = "graphql-transport-ws"
    SSE = "server-sent events"


@dataclass(frozen=True, slots=True)
class ListeningClient:
    """Whoever has the token listens; without one it is a visitor."""

    session: aiohttp.ClientSession
    url: str
    token: str | None = None

    def listens(
        self, way: Way, operation: str, **variables: Any
    ) -> AbstractAsyncContextManager[Items]:
        """Listen during the block; its end cuts the connection."""
        begin = self._by_websocket if way is Way.WEBSOCKET else self._by_sse
        return _listening(begin(operation, variables))

    def _credentials(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    async def _by_websocket(
        self, operation: str, variables: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        async with connected(self.session, self.url) as socket:
            await socket.begin(self._credentials())
            await socket.subscribe(operation, **variables)
            while True:
                yield await socket.next()

    async def _by_sse(self, operation: str, variables: dict[str, Any]) -> AsyncGenerator[Any, None]:
        body = {"query": operation, "variables": variables}
        headers = {"Accept": "text/event-stream", **self._credentials()}
        async with self.session.post(self.url, json=body, headers=headers) as response:
            async for kind, payload in sse_events(response):
                if kind == "next":
                    yield payload


@asynccontextmanager
async def _listening(payloads: AsyncGenerator[Any, None]) -> AsyncIterator[Items]:
    async with aclosing(payloads):
        yield _items(payloads)


async def _items(payloads: AsyncGenerator[Any, None]) -> AsyncIterator[Any]:
    while True:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            payload = await anext(payloads)
        assert "errors" not in payload, payload
        (item,) = payload["data"].values()
        yield item


async def next_event(items: Items) -> Any:
    """Give the next item that tells of something that happened."""
    item = await anext(items)
    while item["delivery"] == "HEARTBEAT":
        item = await anext(items)
    assert item["delivery"] == "EVENT", item
    return item


async def events_until(items: Items, seq: int) -> list[Any]:
    """Give the events of one entity up to its version `seq`."""
    heard = [await next_event(items)]
    while heard[-1]["seq"] < seq:
        heard.append(await next_event(items))
    return heard
