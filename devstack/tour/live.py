"""What people are told while the story goes on: subscriptions over graphql-transport-ws."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from devstack.tour.failures import AnswerLost, PushMissing, TourStopped
from devstack.tour.graph import GONE, Graph, Json
from devstack.tour.people import Person

PROTOCOL: Final = "graphql-transport-ws"
PUSH_SECONDS: Final = 30.0
"""How long something that was done may take to be told, on a busy machine."""

GOODBYE: Final = aiohttp.ClientWSTimeout(ws_close=1.0)
"""A gateway that hangs does not hold up the end of the tour."""

Matches = Callable[[Json], bool]


@dataclass(frozen=True, slots=True)
class Feed:
    """Who listens where and to what; `tells` puts an item into words, or says that it is none."""

    who: Person
    voice: str
    topic: str
    operation: str
    variables: Mapping[str, Json]
    tells: Callable[[Json], str | None]


@dataclass(slots=True)
class Heard:
    """What a feed has brought and nobody has asked for yet; its failure comes last."""

    feed: Feed
    seconds: float = PUSH_SECONDS
    _items: asyncio.Queue[Json | TourStopped] = field(default_factory=asyncio.Queue)

    def put(self, item: Json | TourStopped) -> None:
        """Add an item, or why there will be none any more."""
        self._items.put_nowait(item)

    async def next(self, what: str, matches: Matches) -> Json:
        """Return the next item that matches, passing over others; raise PushMissing if none comes.

        `what` says in words what is waited for.
        """
        try:
            async with asyncio.timeout(self.seconds):
                while True:
                    item = await self._items.get()
                    if isinstance(item, TourStopped):
                        raise item
                    if matches(item):
                        return item
        except TimeoutError:
            raise PushMissing(
                f"{self.feed.voice} was not told within {self.seconds:g} seconds: {what}"
            ) from None


@asynccontextmanager
async def listening(graph: Graph, feed: Feed, told: Callable[[Json], None]) -> AsyncIterator[Heard]:
    """Listen during the block; `told` is called with each event at the moment it arrives.

    The block begins once the subscription's snapshot has come: nothing is missed after it.
    """
    heard = Heard(feed)
    reading = asyncio.create_task(_read(graph, feed, heard, told))
    try:
        await heard.next("that it is listening", lambda item: item["delivery"] == "SNAPSHOT")
        yield heard
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


async def _read(graph: Graph, feed: Feed, heard: Heard, told: Callable[[Json], None]) -> None:
    try:
        token = await graph.token(feed.who)
        async with graph.session.ws_connect(
            graph.url, protocols=(PROTOCOL,), timeout=GOODBYE
        ) as socket:
            await _begin(socket, feed, token)
            async for item in _items(socket, feed):
                if item["delivery"] == "EVENT":
                    told(item)
                heard.put(item)
    except TourStopped as stopped:
        heard.put(stopped)
    except GONE as error:
        heard.put(AnswerLost(f"{feed.voice} lost its connection: {error}"))


async def _begin(socket: aiohttp.ClientWebSocketResponse, feed: Feed, token: str) -> None:
    who = {"Authorization": f"Bearer {token}"}
    await socket.send_json({"type": "connection_init", "payload": who})
    wanted = {"query": feed.operation, "variables": dict(feed.variables)}
    message = await _message(socket, feed)
    if message["type"] != "connection_ack":
        raise AnswerLost(f"{feed.voice} was not let in: {message}")
    await socket.send_json({"id": "1", "type": "subscribe", "payload": wanted})


async def _items(socket: aiohttp.ClientWebSocketResponse, feed: Feed) -> AsyncIterator[Json]:
    """Give what the subscription's one field brings; raise AnswerLost at anything else."""
    while True:
        message = await _message(socket, feed)
        payload = message.get("payload") or {}
        if message["type"] != "next" or "errors" in payload:
            raise AnswerLost(f"{feed.voice} hears nothing any more: {message}")
        (item,) = payload["data"].values()
        if item["delivery"] == "RESET":
            raise AnswerLost(f"{feed.voice} has missed events: it was reset.")
        yield item


async def _message(socket: aiohttp.ClientWebSocketResponse, feed: Feed) -> Json:
    """Give the next message that is no ping."""
    while True:
        received = await socket.receive()
        if received.type is not aiohttp.WSMsgType.TEXT:
            raise AnswerLost(f"{feed.voice} was cut off (code {socket.close_code}).")
        message = received.json()
        if message["type"] != "ping":
            return message
        await socket.send_json({"type": "pong"})
