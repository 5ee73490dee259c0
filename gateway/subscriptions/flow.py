"""One subscription from its first item to its end: replay, snapshot, live, heartbeats."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime

from gateway.errors import EventsUnavailable, Expired, TooSlow
from gateway.execution.snapshot_plan import ShownEntity
from gateway.ports import LogUnavailable
from gateway.subscriptions.buffers import Buffer
from gateway.subscriptions.cursor import Cursor, Positions, read_cursor
from gateway.subscriptions.listener import Listener
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.replay import is_too_old, replay
from gateway.subscriptions.wish import Wish
from service_kit.runtime.clock import Clock

_LONGEST_WAIT_SECONDS = 300.0


class Flow:
    """The items of one client's subscription, in the order of their cursors."""

    def __init__(
        self, reader: StreamReader, wish: Wish, buffer: Buffer, expires_at: datetime, clock: Clock
    ) -> None:
        self._reader = reader
        self._wish = wish
        self._listener = Listener(wish.interest, buffer)
        self._expires_at = expires_at
        self._clock = clock
        self._last: Occurrence | None = None
        self._shown: tuple[ShownEntity, ...] = ()

    async def items(self) -> AsyncGenerator[Occurrence, None]:
        """Give item after item; raises InvalidCursor, and SubscriptionEnded with the cursor."""
        since = self._since()
        try:
            async with self._reader.held():
                beginning = self._beginning() if since is None else self._missed(since)
                async for item in beginning:
                    if self._noted(item).is_in(self._shown):
                        continue
                    yield item
                    if item.delivery is Delivery.SNAPSHOT:
                        self._shown = item.shown
                while True:
                    item = self._noted(await self._next())
                    if item.is_in(self._shown):
                        continue
                    yield item
                    if self._shows_after(item):
                        snapshot = self._special(Delivery.SNAPSHOT, item.positions)
                        yield self._noted(snapshot)
                        self._shown = snapshot.shown
        except LogUnavailable as error:
            message = "Events cannot be read at the moment."
            raise EventsUnavailable(message, self._cursor()) from error
        finally:
            self._reader.leave(self._listener)

    def _since(self) -> Cursor | None:
        text = self._wish.since
        if text is None:
            return None
        return read_cursor(text, self._reader.stream, self._reader.partitions)

    async def _beginning(self) -> AsyncGenerator[Occurrence, None]:
        """Note the tail, then look: what comes after the tail waits meanwhile.

        Of an entity that the snapshot shows, only what is newer than the version shown is given.
        """
        self._reader.join(self._listener)
        if self._wish.snapshot:
            yield self._special(Delivery.SNAPSHOT)
        elif self._wish.heartbeat is not None:
            yield self._special(Delivery.HEARTBEAT)

    async def _missed(self, since: Cursor) -> AsyncGenerator[Occurrence, None]:
        if self._wish.snapshot and not await is_too_old(self._reader, since):
            yield self._special(Delivery.SNAPSHOT, since.positions)
        async for item in replay(self._reader, self._listener, since):
            yield item
            if self._shows_after(item):
                yield self._special(Delivery.SNAPSHOT, item.positions)

    def _shows_after(self, item: Occurrence) -> bool:
        """After a reset show what there is, if the arguments name it."""
        return item.delivery is Delivery.RESET and bool(self._wish.named)

    async def _next(self) -> Occurrence:
        quiet_until = self._quiet_until()
        while True:
            item = self._listener.take()
            if item is not None:
                return item
            if self._listener.is_cut_off:
                raise TooSlow("The events came faster than they were taken.", self._cursor())
            now = asyncio.get_running_loop().time()
            if quiet_until is not None and now >= quiet_until:
                return self._special(Delivery.HEARTBEAT)
            heartbeat = _LONGEST_WAIT_SECONDS if quiet_until is None else quiet_until - now
            await self._listener.wait(min(heartbeat, self._seconds_left()))

    def _quiet_until(self) -> float | None:
        if self._wish.heartbeat is None:
            return None
        return asyncio.get_running_loop().time() + self._wish.heartbeat

    def _special(self, delivery: Delivery, positions: Positions | None = None) -> Occurrence:
        if positions is None:
            positions = self._reader.reached(self._listener)
        payload = dict(self._wish.named) if delivery is Delivery.SNAPSHOT else {}
        return Occurrence(delivery, self._reader.log, positions, payload)

    def _noted(self, item: Occurrence) -> Occurrence:
        self._seconds_left()
        self._last = item
        return item

    def _seconds_left(self) -> float:
        """Give how long to wait at most before looking at the clock; raises Expired."""
        left = (self._expires_at - self._clock.now()).total_seconds()
        if left <= 0:
            raise Expired("The token has expired.", self._cursor())
        return min(left, _LONGEST_WAIT_SECONDS)

    def _cursor(self) -> str | None:
        """Give where to go on: after the last item, or where this one began."""
        return self._wish.since if self._last is None else self._last.cursor
