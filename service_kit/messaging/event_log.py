"""One service's log as those who follow it read it: all its partitions, from any position on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence

import structlog

from service_kit.messaging.bus import Bounds, Bus, BusUnavailable, Entry
from service_kit.messaging.cursor import Positions
from service_kit.messaging.envelope import stream_name
from service_kit.messaging.log_head import (
    LOOK_AGAIN_SECONDS,
    LogHead,
    OtherPartitions,
    Unsaid,
)
from service_kit.runtime.running import Works

_BLOCK_MILLISECONDS = 1000
_PAUSE_SECONDS = 1.0
_HEAD_KEPT_SECONDS = 2.0
_AT_ONCE = 500
_READS_AT_ONCE = 16

_log = structlog.get_logger(__name__)


class EventLog:
    """Followers read for themselves; one watcher per process tells them when there is news."""

    def __init__(self, bus: Bus, service: str, partitions: int, works: Works | None = None) -> None:
        self.service = service
        self.partitions = partitions
        self._bus = bus
        self._works = works or Works()
        self._streams = [stream_name(service, partition) for partition in range(partitions)]
        self._place = {stream: partition for partition, stream in enumerate(self._streams)}
        self._reads = asyncio.Semaphore(_READS_AT_ONCE)
        self._head: LogHead | None = None
        self._head_until = 0.0
        self._unsaid = Unsaid()
        self._mark = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._followers = 0
        self._watcher: asyncio.Task[None] | None = None
        self.is_closed = False

    async def close(self) -> None:
        """Have all followers leave, since the process is about to end."""
        self.is_closed = True
        self._tell()

    async def bounds(self) -> Sequence[Bounds]:
        """Give what each partition holds; raises BusUnavailable."""
        async with self._reads:
            found = await self._bus.bounds(self._streams)
        return [found[stream] for stream in self._streams]

    async def head(self) -> LogHead:
        """Give what the relays said last, a few seconds old at most; raises BusUnavailable."""
        now = asyncio.get_running_loop().time()
        if self._head is None or now >= self._head_until:
            self._head_until = now + _HEAD_KEPT_SECONDS
            async with self._reads:
                head = await self._bus.head(self.service)
            try:
                head.require_count(self.service, self.partitions)
            except OtherPartitions as error:
                _log.error("event_log.other_partitions", reason=str(error))
                raise BusUnavailable(str(error)) from error
            self._head = head
        return self._head

    async def end(self) -> tuple[str | None, list[int]]:
        """Give which log it is, and where each partition ends, filled again or not.

        While its writer has not said that, since the head is lost with the streams, nobody knows:
        then wait a while for it. Raises BusUnavailable.
        """
        bounds, head = await self.bounds(), await self._fresh_head()
        while not head.is_whole(self.partitions):
            if not self._unsaid.may_be_waited_for(asyncio.get_running_loop().time()):
                raise BusUnavailable(f"Nobody has said where the log of {self.service} ends.")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            bounds, head = await self.bounds(), await self._fresh_head()
        self._unsaid.is_over()
        return head.identity, head.ends([one.last for one in bounds])

    async def _fresh_head(self) -> LogHead:
        self._head = None
        return await self.head()

    async def read(self, after: Positions) -> list[tuple[int, Entry]]:
        """Give what there is after the positions, each with its partition; may be nothing."""
        positions = dict(zip(self._streams, after, strict=True))
        async with self._reads:
            entries = await self._bus.read(positions, count=_AT_ONCE)
        return [(self._place[entry.stream], entry) for entry in entries]

    @contextlib.asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Watch for news while anybody is inside."""
        self._followers += 1
        if self._watcher is None:
            name = f"watch {self.service}"
            self._watcher = asyncio.create_task(self._works.keep(name, self._watch), name=name)
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers:
                watcher, self._watcher = self._watcher, None
                watcher.cancel()
                await asyncio.wait([watcher])

    def mark(self) -> int:
        """Note how things stand, before reading; for `news`."""
        return self._mark

    async def news(self, mark: int, seconds: float) -> bool:
        """Wait for events told after the mark was noted; False when the time is up first."""
        if mark != self._mark:
            return True
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(waiting)
        return True

    async def _watch(self) -> None:
        positions: dict[str, int] = {}
        while True:
            try:
                if not positions:
                    newest = [bounds.last for bounds in await self.bounds()]
                    positions = dict(zip(self._streams, newest, strict=True))
                    self._tell()
                found = await self._bus.read(positions, block=_BLOCK_MILLISECONDS)
                if not found and await self._went_back(positions):
                    positions = {}
            except BusUnavailable as error:
                _log.warning("event_log.unavailable", service=self.service, error=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            positions |= {entry.stream: entry.position for entry in found}
            if found:
                self._tell()

    async def _went_back(self, positions: Mapping[str, int]) -> bool:
        """Whether a stream ends before what was read: it was lost, or is another log's."""
        return any(
            bounds.last < positions[stream]
            for stream, bounds in zip(self._streams, await self.bounds(), strict=True)
        )

    def _tell(self) -> None:
        self._mark += 1
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()
