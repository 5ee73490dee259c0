"""Redis streams: the log as readers see it. Entry ids are `position-0`, without gaps."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service_kit.messaging.log_head import LogHead, PartitionHead

_LISTENING = 16
"""Connections on top for those who listen, who keep theirs."""

_log = structlog.get_logger(__name__)

# One script, so that looking at the end of the stream and appending to it are one step.
# The last entry's `f` is the fence of its writer: an older writer is told to stop.
_APPEND = """
local top, fence = 0, 0
local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if tail[1] then
  top = tonumber(string.match(tail[1][1], '^(%d+)'))
  local fields = tail[1][2]
  for place = 1, #fields, 2 do
    if fields[place] == 'f' then fence = tonumber(fields[place + 1]) end
  end
end
local first, keep = tonumber(ARGV[1]), tonumber(ARGV[4])
if tonumber(ARGV[2]) < fence then return {'fenced', fence, 0} end
if first > top + 1 and not (ARGV[3] == '1' and top == 0) then return {'gap', top, 0} end
local added = 0
for place = 5, #ARGV do
  local position = first + place - 5
  if position > top then
    redis.call('XADD', KEYS[1], position .. '-0', 'e', ARGV[place], 'f', ARGV[2])
    top, added = position, added + 1
  end
end
if keep > 0 then redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', keep) end
return {'ok', top, added}
"""


class BusUnavailable(Exception):
    """Redis did not answer or refused; the same call may be made again."""


class StreamGap(Exception):
    """The entries before this position are missing; `top` is the newest one there, or 0."""

    def __init__(self, stream: str, position: int, top: int) -> None:
        super().__init__(f"{stream} ends at {top}, so {position} cannot follow.")
        self.stream = stream
        self.position = position
        self.top = top


class FencedOut(Exception):
    """Somebody has written under a higher fence, given if it is known: this owner must stop."""

    def __init__(self, place: str, fence: int = 0) -> None:
        super().__init__(f"{place} has a newer owner{f', of fence {fence}' if fence else ''}.")
        self.fence = fence


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a stream; its payload is empty if no relay wrote it, so that nobody reads it."""

    stream: str
    position: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Bounds:
    """Positions of the oldest and the newest entry of a stream; 0 and 0 when it is empty.

    A cursor before `first - 1` is too old. One beyond `last` is sound: the stream was lost and
    is being filled again, so its reader waits.
    """

    first: int
    last: int


class Bus:
    """Redis as a set of streams; `namespace` goes before every key, so that logs share a server.

    An answer that takes more seconds than `patience` is given up, since its server may be gone
    without a word, and its connection is dropped. Whoever finds all `connections` taken waits for
    their turn, as when a thousand clients come back at once.
    """

    def __init__(
        self,
        redis_url: str,
        *,
        namespace: str = "",
        connections: int = 64,
        patience: float = 5.0,
    ) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url,
            max_connections=connections + _LISTENING,
            protocol=2,
            socket_connect_timeout=patience,
            socket_timeout=None,
        )
        self._turns = asyncio.Semaphore(connections)
        self._patience = patience
        self._namespace = namespace
        self._append = self._redis.register_script(_APPEND)

    async def append(self, stream: str, position: int, payload: bytes) -> bool:
        """Append one entry; False if the stream has that position already."""
        return await self.append_run(stream, position, [payload]) == 1

    async def append_run(
        self,
        stream: str,
        first: int,
        payloads: Sequence[bytes | str],
        *,
        fence: int = 0,
        begin: bool = False,
        keep: int = 0,
    ) -> int:
        """Append entries from position `first` on, skip those already there, and say how many.

        Raise StreamGap unless they follow the newest entry (`begin` lets an empty stream start
        anywhere), FencedOut if the newest entry has a higher fence. `keep` trims to about that
        many entries.
        """
        arguments = [first, fence, int(begin), keep, *payloads]
        async with self._answered():
            verdict, found, added = await self._append(
                keys=[self._namespace + stream], args=arguments
            )
        if verdict == b"fenced":
            raise FencedOut(stream, int(found))
        if verdict == b"gap":
            raise StreamGap(stream, first, int(found))
        return int(added)

    async def read(
        self, streams: Mapping[str, int], *, count: int = 500, block: int | None = None
    ) -> list[Entry]:
        """Give entries after each stream's position; wait up to `block` ms for one.

        With `block` None an empty answer comes at once.
        """
        if not streams:
            return []
        if block is not None and block < 1:
            raise ValueError("Nobody waits for ever: a connection may be dead.")
        keys: dict[Any, Any] = {
            self._namespace + name: f"{position}-0" for name, position in streams.items()
        }
        async with self._answered((block or 0) / 1000):
            found: Any = await self._redis.xread(keys, count=count, block=block)
        return [
            _entry(key.decode()[len(self._namespace) :], identifier, fields)
            for key, entries in found or ()
            for identifier, fields in entries
        ]

    async def bounds(self, streams: Sequence[str]) -> dict[str, Bounds]:
        """Give the bounds of each stream, in one round trip."""
        pipeline = self._redis.pipeline(transaction=False)
        for stream in streams:
            pipeline.xrange(self._namespace + stream, count=1)
            pipeline.xrevrange(self._namespace + stream, count=1)
        async with self._answered():
            answers = await pipeline.execute()
        ends = [_position(answer[0][0]) if answer else 0 for answer in answers]
        return {
            stream: Bounds(ends[2 * place], ends[2 * place + 1])
            for place, stream in enumerate(streams)
        }

    async def tell_head(
        self, log: str, identity: str, partitions: Mapping[int, PartitionHead], *, count: int
    ) -> None:
        """Say which log it is, and how far some of its `count` partitions go; see `LogHead`."""
        fields: dict[Any, Any] = {"id": identity, "n": count}
        fields |= {str(number): f"{one.reached} {one.mark}" for number, one in partitions.items()}
        async with self._answered():
            await self._redis.hset(self._head(log), mapping=fields)

    async def head(self, log: str) -> LogHead:
        """Give what was said last; nothing, if Redis was lost since."""
        async with self._answered():
            found = await cast(
                "Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._head(log))
            )
        texts = {name.decode(): value.decode() for name, value in found.items()}
        identity, count = texts.pop("id", None), texts.pop("n", None)
        partitions = {int(name): _partition_head(texts[name]) for name in texts}
        return LogHead(identity, partitions, None if count is None else int(count))

    async def tail(self, stream: str) -> int:
        """Give the position of the newest entry, 0 if there is none."""
        return (await self.bounds([stream]))[stream].last

    async def trim(self, stream: str, keep: int) -> None:
        """Drop the oldest entries so that about `keep` are left."""
        async with self._answered():
            await self._redis.xtrim(self._namespace + stream, maxlen=keep, approximate=True)

    async def delete(self, stream: str) -> None:
        """Drop a whole stream, so that it can be filled anew."""
        async with self._answered():
            await self._redis.delete(self._namespace + stream)

    async def notify(self, channel: str, message: str = "") -> None:
        """Tell those who listen right now; nothing is kept."""
        async with self._answered():
            await self._redis.publish(self._namespace + channel, message)

    async def listen(self, channel: str) -> AsyncGenerator[str, None]:
        """Yield "" once listening, then each message; ends in BusUnavailable.

        A connection that is silent is asked whether it is still there.
        """
        with _translated():
            async with self._redis.pubsub() as subscription:
                async with self._in_time(self._patience):
                    await subscription.subscribe(self._namespace + channel)
                yield ""
                is_asked = False
                while True:
                    async with self._in_time(2 * self._patience):
                        message = await subscription.get_message(timeout=self._patience)
                    if message is not None:
                        is_asked = False
                        if message["type"] == "message":
                            yield message["data"].decode()
                        continue
                    if is_asked:
                        raise BusUnavailable(f"Redis said nothing for {self._patience} s.")
                    async with self._in_time(self._patience):
                        await subscription.ping()
                    is_asked = True

    def _head(self, log: str) -> str:
        return f"{self._namespace}events:{log}:head"

    async def ping(self) -> None:
        """Raise BusUnavailable unless Redis answers."""
        async with self._answered():
            await self._redis.ping()

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    @asynccontextmanager
    async def _answered(self, waiting: float = 0.0) -> AsyncIterator[None]:
        """Have an answer in time, of which the server may spend `waiting` seconds."""
        seconds = self._patience + waiting
        async with self._turns, self._in_time(seconds):
            yield

    @asynccontextmanager
    async def _in_time(self, seconds: float) -> AsyncIterator[None]:
        with _translated():
            try:
                async with asyncio.timeout(seconds):
                    yield
            except TimeoutError as error:
                raise BusUnavailable(f"Redis did not answer within {seconds} s.") from error


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, asyncio.IncompleteReadError) as error:
        raise BusUnavailable(str(error)) from error


def _entry(stream: str, identifier: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    payload = fields.get(b"e")
    if payload is None:
        _log.error("bus.foreign_entry", stream=stream, entry=identifier.decode())
    return Entry(stream, _position(identifier), payload or b"")


def _partition_head(text: str) -> PartitionHead:
    reached, _, mark = text.partition(" ")
    return PartitionHead(int(reached), mark)


def _position(identifier: bytes) -> int:
    return int(identifier.split(b"-", 1)[0])
