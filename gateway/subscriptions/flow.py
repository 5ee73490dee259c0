"""One subscription from its first item to its end: replay, snapshot, live, heartbeats."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from gateway.errors import EventsUnavailable, Expired, TooSlow
from gateway.ports import LogUnavailable
from gateway.subscriptions.cursor import Cursor, LogName, Positions, read_cursor, write_cursor
from gateway.subscriptions.listener import Listener
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.replay import MOST_EVENTS, is_too_old, replay
from gateway.subscriptions.wish import Wish
from service_kit.runtime.clock import Clock

_LONGEST_WAIT_SECONDS = 300.0


class Flow:
    """The items of one client's subscription, in the order of their cursors.

    Events that are pushed to the client while the next item is waited for are not among them.
    """

    def __init__(
        self,
        reader: StreamReader,
        wish: Wish,
        listener: Listener,
        clock: Clock,
        most_missed: int = MOST_EVENTS,
    ) -> None:
        self._reader = reader
        self._wish = wish
        self._listener = listener
        self._clock = clock
        self._most_missed = most_missed

    async def items(self) -> AsyncGenerator[Occurrence, None]:
        """Give item after item; raises InvalidCursor, and SubscriptionEnded with the cursor."""
        since = self._since()
        try:
            async with self._reader.held(), aclosing(self._all(since)) as items:
                async for item in items:
                    self._seconds_left()
                    if not item.is_in(self._listener.shown):
                        yield item
                        if item.delivery is Delivery.SNAPSHOT:
                            self._listener.shown = item.shown
                    self._listener.note(item)
        except Expired as error:  # also thrown in: there may be no answer for the item any more
            raise Expired(error.message, self._cursor()) from error
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

    async def _all(self, since: Cursor | None) -> AsyncGenerator[Occurrence, None]:
        beginning = self._beginning() if since is None else self._missed(since)
        async with aclosing(beginning):
            async for item in beginning:
                yield item
        while True:
            item = await self._next()
            yield item
            if self._shows_after(item):
                yield self._special(Delivery.SNAPSHOT, item.log, item.positions)

    async def _beginning(self) -> AsyncGenerator[Occurrence, None]:
        """Note the tail, then look: what comes after the tail waits meanwhile.

        Of an entity that the snapshot shows, only what is newer than the version shown is given.
        """
        self._reader.join(self._listener)
        if self._wish.snapshot:
            yield self._special(Delivery.SNAPSHOT, *self._reader.reached(self._listener))
        elif self._wish.heartbeat is not None:
            yield self._special(Delivery.HEARTBEAT, *self._reader.reached(self._listener))

    async def _missed(self, since: Cursor) -> AsyncGenerator[Occurrence, None]:
        if self._wish.snapshot and not await is_too_old(self._reader, since):
            yield self._special(Delivery.SNAPSHOT, self._reader.log, since.positions)
        missed = replay(self._reader, self._listener, since, self._most_missed)
        async with aclosing(missed):
            async for item in missed:
                yield item
                if self._shows_after(item):
                    yield self._special(Delivery.SNAPSHOT, item.log, item.positions)

    def _shows_after(self, item: Occurrence) -> bool:
        """After a reset show what there is, if the arguments name it."""
        return item.delivery is Delivery.RESET and bool(self._wish.named)

    async def _next(self) -> Occurrence:
        listener, loop = self._listener, asyncio.get_running_loop()
        began = loop.time()
        while True:
            item = listener.take()
            if item is not None:
                return item
            if listener.is_cut_off:
                raise TooSlow("The events came faster than they were taken.", self._cursor())
            seconds = self._seconds_left()
            if self._wish.heartbeat is not None:
                heard_at = max(began, listener.heard_at)
                quiet_left = heard_at + self._wish.heartbeat - loop.time()
                if quiet_left <= 0:
                    self._reader.require_reading()
                    return self._special(Delivery.HEARTBEAT, *self._reader.reached(listener))
                seconds = min(seconds, quiet_left)
            await listener.wait(seconds)

    def _special(self, delivery: Delivery, log: LogName, positions: Positions) -> Occurrence:
        payload = dict(self._wish.named) if delivery is Delivery.SNAPSHOT else {}
        return Occurrence(delivery, log, positions, payload)

    def _seconds_left(self) -> float:
        """Give how long to wait at most before looking at the clock; raises Expired."""
        left = (self._listener.expires_at - self._clock.now()).total_seconds()
        if left <= 0:
            raise Expired("The token has expired.")
        return min(left, _LONGEST_WAIT_SECONDS)

    def _cursor(self) -> str | None:
        """Give where to go on: after the last item, or where this one began."""
        log = self._listener.log
        return self._wish.since if log is None else write_cursor(log, self._listener.stands)
