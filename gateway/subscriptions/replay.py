"""What a client missed: from its cursor up to where the reader is."""

import asyncio
from collections.abc import AsyncGenerator

from gateway.ports import LogUnavailable
from gateway.subscriptions.convoy import Way
from gateway.subscriptions.cursor import Cursor, Positions
from gateway.subscriptions.listener import Listener
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader

MOST_EVENTS = 50_000
"""How many events are looked through for one client that comes back, unless said otherwise."""

_FAR = 1000
"""Who is further back than so many events goes through them together with the others."""

_WAIT_SECONDS = 0.2
_MOST_WAITS = 150
_MOST_HELD = 32
"""How many items are held for a client that does not take them."""


async def replay(
    reader: StreamReader, listener: Listener, since: Cursor, most: int = MOST_EVENTS
) -> AsyncGenerator[Occurrence, None]:
    """Let the listener join the reader, and give what came after `since` before it did: no seam.

    What the log no longer has, and what is further back than `most` events, is told by a RESET,
    after which the listener has joined as well. Raises LogUnavailable.
    """
    if await is_too_old(reader, since) or reader.is_ahead_by(since.positions) > most:
        yield _joined_after_reset(reader, listener)
        return
    # No await here: what the reader hands out from now on waits for this listener, and only what
    # lies before that is looked for. So there is an end, however fast the log grows.
    search = _Search(reader, listener, since)
    reader.join(listener, since)
    listener.stand(reader.log, since.positions)
    with reader.backlog.replaying():
        while search.behind and reader.is_of(since):
            for item in await search.next():
                yield item
            if search.is_over:
                break
    if search.is_over or not reader.is_of(since):
        yield _joined_after_reset(reader, listener)
        return
    listener.stand(reader.log, tuple(search.positions))


class _Search:
    """Goes through the log for one listener; `is_over` once there is no going on."""

    def __init__(self, reader: StreamReader, listener: Listener, since: Cursor) -> None:
        self.positions = list(since.positions)
        self.is_over = False
        self._until = reader.positions
        self._reader = reader
        self._listener = listener
        self._waits = 0

    @property
    def behind(self) -> dict[int, int]:
        """The positions of the partitions that are not gone through yet."""
        return {
            partition: position
            for partition, position in enumerate(self.positions)
            if position < self._until[partition]
        }

    async def next(self) -> list[Occurrence]:
        """Give the next few items that are wanted, of a bounded part of the log."""
        if sum(self._until[one] - at for one, at in self.behind.items()) > _FAR:
            before = tuple(self.positions)
            found = await self._with_others(before)
            if found or before != tuple(self.positions):
                return found
        return await self._alone()

    async def _with_others(self, here: Positions) -> list[Occurrence]:
        way = Way(here, self._until)
        ride = await self._reader.convoy.ride(self._listener.interest, way, _MOST_HELD)
        self.positions = list(ride.stands)
        return ride.found

    async def _alone(self) -> list[Occurrence]:
        backlog = self._reader.backlog
        found = await backlog.after(self.behind)
        if not found:
            self.is_over = await self._reader.has_lost(self._listener, self.positions)
            if not self.is_over:
                await self._wait()
        wanted: list[Occurrence] = []
        for past in found:
            position = self.positions[past.partition]
            if position >= self._until[past.partition]:
                continue  # the reader hands it out
            self.is_over = past.position != position + 1
            if self.is_over or len(wanted) >= _MOST_HELD:
                break
            self.positions[past.partition] = past.position
            item = backlog.wanted(
                past, self._listener.interest, self._reader.log, tuple(self.positions)
            )
            if item is not None:
                wanted.append(item)
        await asyncio.sleep(0)  # however much is known already
        return wanted

    async def _wait(self) -> None:
        """Wait a little: a log that was lost is being filled again, up to where the reader was."""
        if self._waits >= _MOST_WAITS:
            raise LogUnavailable("events between the cursor and the newest one are not there")
        self._waits += 1
        await asyncio.sleep(_WAIT_SECONDS)


async def is_too_old(reader: StreamReader, since: Cursor) -> bool:
    """Whether a cursor is of another log, or events after it are gone; raises LogUnavailable."""
    bounds = await reader.bounds()
    return not reader.is_of(since) or any(
        one.first and position < one.first - 1
        for one, position in zip(bounds, since.positions, strict=True)
    )


def _joined_after_reset(reader: StreamReader, listener: Listener) -> Occurrence:
    reader.leave(listener)
    listener.start_over()
    reader.join(listener)
    reader.figures.resets += 1
    return Occurrence(Delivery.RESET, reader.log, reader.positions, {})
