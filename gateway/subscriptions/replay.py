"""What a client missed: from its cursor up to where the reader is."""

import asyncio
from collections.abc import AsyncGenerator

from gateway.ports import LogUnavailable
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
    """Give what came after `since`, then let the listener join the reader without a seam.

    What the log no longer has, and what is further back than `most` events, is told by a RESET,
    after which the listener has joined as well. Raises LogUnavailable.
    """
    if await is_too_old(reader, since) or reader.is_ahead_by(since.positions) > most:
        yield _joined_after_reset(reader, listener)
        return
    search = _Search(reader, listener, since, most)
    with reader.backlog.replaying():
        while reader.is_ahead_by(search.positions):
            for item in await search.next():
                yield item
            if search.is_over:
                yield _joined_after_reset(reader, listener)
                return
    # No await since the comparison above: whatever comes from here on, the reader hands out.
    if not reader.is_of(since):
        yield _joined_after_reset(reader, listener)
        return
    reader.join(listener, Cursor(tuple(search.positions), since.identity))


class _Search:
    """Goes through the log for one listener; `is_over` once there is no going on."""

    def __init__(self, reader: StreamReader, listener: Listener, since: Cursor, most: int) -> None:
        self.positions = list(since.positions)
        self.is_over = False
        self._reader = reader
        self._listener = listener
        self._left = 2 * most  # the reader goes on meanwhile
        self._waits = 0

    async def next(self) -> list[Occurrence]:
        """Give the next few items that are wanted, of a bounded part of the log."""
        if self._reader.is_ahead_by(self.positions) > _FAR:
            before = tuple(self.positions)
            found = await self._with_others(before)
            if found or before != tuple(self.positions):
                return found
        return await self._alone()

    async def _with_others(self, here: Positions) -> list[Occurrence]:
        ride = await self._reader.convoy.ride(self._listener.interest, here, _MOST_HELD)
        self.positions = list(ride.positions)
        self._left -= sum(ride.positions) - sum(here)
        return ride.found

    async def _alone(self) -> list[Occurrence]:
        backlog = self._reader.backlog
        found = await backlog.after(self._reader.behind_it(self.positions))
        if not found:
            self.is_over = await self._reader.has_lost(self._listener, self.positions)
            if not self.is_over:
                await self._wait()
        wanted: list[Occurrence] = []
        for past in found:
            self.is_over = past.position != self.positions[past.partition] + 1 or self._left <= 0
            if self.is_over or len(wanted) >= _MOST_HELD:
                break
            self._left -= 1
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
    reader.join(listener)
    reader.figures.resets += 1
    return Occurrence(Delivery.RESET, reader.log, reader.positions, {})
