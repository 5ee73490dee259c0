"""Connections of subscribers: a socket for several, or a stream of server-sent events for one.

A line that is cut, closed or refused is opened again at a gateway of chance, and each of its
subscribers goes on from its own cursor.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import aiohttp
import orjson

from tests.support.live import connected, sse_events
from tests.support.loss.subscriber import Subscriber

COME_AGAIN = frozenset({"SUBSCRIPTION_TOO_SLOW", "EVENTS_UNAVAILABLE", "UNAVAILABLE"})
"""Errors after which a client subscribes again with its cursor."""

_SILENCE_SECONDS = 90
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5


class Line(ABC):
    """One connection and those who listen through it; `told` hears of every item.

    One that is not patient stops reading after the first item of a connection, until it is.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        urls: Sequence[str],
        token: str,
        subscribers: Sequence[Subscriber],
        random: Random,
        told: Callable[[Subscriber], None],
    ) -> None:
        self._session = session
        self._urls = urls
        self._credentials = {"Authorization": f"Bearer {token}"}
        self.subscribers = subscribers
        self._random = random
        self._told = told
        self._transport: asyncio.Transport | None = None
        self.is_patient = not any(subscriber.is_slow for subscriber in subscribers)
        self.tally: Counter[str] = Counter()

    async def run(self) -> None:
        """Stay connected for ever."""
        failures = 0
        while True:
            before = sum(subscriber.items for subscriber in self.subscribers)
            try:
                await self._once(self._random.choice(self._urls))
            except (aiohttp.ClientError, OSError) as error:
                self.tally[f"connection: {type(error).__name__}"] += 1
            except TimeoutError:
                self._wrong(f"heard nothing at all for {_SILENCE_SECONDS} s")
            self._transport = None
            after = sum(subscriber.items for subscriber in self.subscribers)
            failures = 0 if after > before else failures + 1
            ceiling = min(_SHORTEST_PAUSE * 2**failures, _LONGEST_PAUSE)
            await asyncio.sleep(self._random.uniform(0, ceiling))

    def cut(self) -> bool:
        """Break the connection off, whatever is on its way; False if there is none."""
        if self._transport is None:
            return False
        self.tally["cut"] += 1
        self._transport.abort()
        return True

    @abstractmethod
    async def _once(self, url: str) -> None:
        """Connect, and listen until the connection ends."""

    def _wrong(self, what: str) -> None:
        subscriber = self.subscribers[0]
        subscriber.wrong.append(f"{subscriber.name} {what}")
        self._told(subscriber)

    def _payload(self, subscriber: Subscriber) -> Mapping[str, Any]:
        return {"query": subscriber.operation, "variables": subscriber.begin_again()}

    def _take(self, subscriber: Subscriber, payload: Mapping[str, Any]) -> bool:
        """Take an answer; False if it says that there are no more."""
        item = next(iter((payload.get("data") or {"": None}).values()))
        if item is None:
            self._end(subscriber, payload.get("errors") or [])
            return False
        for error in payload.get("errors", ()):
            code = (error.get("extensions") or {}).get("code")
            self.tally[f"without the entity: {code}"] += 1
        subscriber.take(item)
        self._told(subscriber)
        return True

    def _end(self, subscriber: Subscriber, errors: Sequence[Mapping[str, Any]]) -> None:
        for error in errors:
            code = (error.get("extensions") or {}).get("code")
            self.tally[f"error: {code}"] += 1
            if code not in COME_AGAIN:
                subscriber.wrong.append(f"{subscriber.name} was refused: {error}")
                self._told(subscriber)


class SocketLine(Line):
    """graphql-transport-ws."""

    async def _once(self, url: str) -> None:
        async with connected(self._session, url, max_msg_size=0) as socket:
            raw = socket.socket
            connection = raw._response.connection
            assert connection is not None
            self._transport = connection.transport
            await socket.send({"type": "connection_init", "payload": self._credentials})
            listens = False
            while True:
                while listens and not self.is_patient:  # noqa: ASYNC110
                    await asyncio.sleep(_SHORTEST_PAUSE)
                async with asyncio.timeout(_SILENCE_SECONDS):
                    message = await raw.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    self.tally[f"closed: {raw.close_code}"] += 1
                    return
                words = orjson.loads(message.data)
                await self._heed(socket, words)
                listens = listens or words["type"] == "next"

    async def _heed(self, socket: Any, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_ack":
            for place in range(len(self.subscribers)):
                await self._subscribe(socket, place)
        elif kind == "ping":
            await socket.send({"type": "pong"})
        elif kind == "next":
            place = int(message["id"])
            if not self._take(self.subscribers[place], message["payload"]):
                self._wrong("was given an answer without data that was no error")
        elif kind == "error":
            place = int(message["id"])
            self._end(self.subscribers[place], message["payload"])
            await asyncio.sleep(_SHORTEST_PAUSE)
            await self._subscribe(socket, place)
        else:
            self._wrong(f"was told {message}")

    async def _subscribe(self, socket: Any, place: int) -> None:
        payload = self._payload(self.subscribers[place])
        await socket.send({"id": str(place), "type": "subscribe", "payload": payload})


class StreamLine(Line):
    """Server-sent events, a request for the one subscriber."""

    async def _once(self, url: str) -> None:
        (subscriber,) = self.subscribers
        headers = {"Accept": "text/event-stream", **self._credentials}
        body = self._payload(subscriber)
        async with self._session.post(url, json=body, headers=headers) as response:
            if response.status != 200:
                self.tally[f"status: {response.status}"] += 1
                return
            connection = response.connection
            self._transport = None if connection is None else connection.transport
            await self._listen(subscriber, response)

    async def _listen(self, subscriber: Subscriber, response: aiohttp.ClientResponse) -> None:
        events, is_over = sse_events(response), False
        while True:
            async with asyncio.timeout(_SILENCE_SECONDS):
                found = await anext(events, None)
            if found is None:
                self.tally["ended"] += 1
                return
            kind, payload = found
            if kind == "next":
                is_over = not self._take(subscriber, payload)
            elif kind == "complete":
                if not is_over:
                    self._wrong("was told that it is complete")
                return
