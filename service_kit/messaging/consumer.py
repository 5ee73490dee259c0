"""A consumer takes each event of some streams once: cursor, inbox and effect in one transaction.

An event that keeps failing is parked with its entity's later ones, and the others go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import structlog

from service_kit.messaging.bus import Bus, BusUnavailable, Entry
from service_kit.messaging.envelope import Event
from service_kit.messaging.inbox import INBOX, Inbox
from service_kit.messaging.leases import LEASES, Leases
from service_kit.messaging.parking import PARKED_ENTITIES, PARKED_EVENTS, Parking
from service_kit.messaging.readings import read
from service_kit.messaging.shares import Shares
from service_kit.messaging.standings import (
    CURSORS,
    CursorMoved,
    CursorTooOld,
    Reset,
    Standings,
)
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.steps import to_its_end
from service_kit.storage.database import (
    Contended,
    Database,
    Session,
    StorageError,
    StorageUnavailable,
)

CONSUMER_COLLECTIONS = (CURSORS, INBOX, LEASES, PARKED_ENTITIES, PARKED_EVENTS)
CRASH_POINTS = ("consumer.read", "consumer.handled", "consumer.committed")

Handler: TypeAlias = Callable[[Session, Event], Awaitable[None]]
"""Writes the effect of one event in the session's transaction, and nothing elsewhere."""

_log = structlog.get_logger(__name__)
_EXPECTED = (BusUnavailable, StorageError, Contended, CursorTooOld)


class _Gap(Exception):
    """The entries do not follow the cursor."""


@dataclass(frozen=True, slots=True)
class ConsumerSettings:
    """How a consumer behaves; all of it real time."""

    lease: timedelta = timedelta(seconds=6)
    attempts: int = 5
    first_pause: timedelta = timedelta(milliseconds=200)
    events_at_once: int = 50
    block: timedelta = timedelta(seconds=1)


class Consumer:
    """One process's part in a consumer; the processes divide the streams.

    With `types`, events of other types are passed over: they cost no more than the cursor.
    """

    def __init__(  # noqa: PLR0913  # wired once, by name
        self,
        name: str,
        bus: Bus,
        database: Database,
        streams: Sequence[str],
        handler: Handler,
        *,
        owner: str,
        on_reset: Reset | None = None,
        settings: ConsumerSettings | None = None,
        reached: Reached = pass_by,
        types: frozenset[str] | None = None,
    ) -> None:
        self.name = name
        self._types = types
        self.streams = tuple(streams)
        self.parking = Parking(database)
        self._bus = bus
        self._database = database
        self._handler = handler
        self._settings = settings or ConsumerSettings()
        self._reached = reached
        self._inbox = Inbox(database)
        self._shares = Shares(
            Leases(database), f"consumer/{name}", streams, owner, self._settings.lease
        )
        self._standings = Standings(name, bus, database, streams, on_reset)
        self._next_look = 0.0

    async def run(self) -> None:
        """Consume until cancelled; then leave the streams to the others.

        What is not expected to pass breaks it off: it goes on where it was when run again.
        """
        failures = 0
        try:
            while True:
                try:
                    await self.run_once(block=self._settings.block)
                    failures = 0
                except _EXPECTED as error:
                    failures += 1
                    _log.warning("consumer.failed", consumer=self.name, error=_text_of(error))
                    await asyncio.sleep(min(0.05 * 2 ** min(failures, 10), 5.0))
        except asyncio.CancelledError:
            await self._shares.leave()
            raise

    async def run_once(self, *, block: timedelta | None = None) -> int:
        """Take what the streams have now, waiting up to `block` for it; count the events passed."""
        await to_its_end(self._look_if_due())
        now = asyncio.get_running_loop().time()
        ready = self._standings.ready(now)
        if not ready:
            await asyncio.sleep(min(self._pause(now), block.total_seconds()) if block else 0)
            return 0
        milliseconds = None if block is None else int(block / timedelta(milliseconds=1)) or 1
        entries = await self._bus.read(
            ready, count=self._settings.events_at_once, block=milliseconds
        )
        self._reached("consumer.read")
        by_stream: dict[str, list[Entry]] = {}
        for entry in entries:
            by_stream.setdefault(entry.stream, []).append(entry)
        return sum([await to_its_end(self._take(found)) for found in by_stream.values()])

    async def retry(self, entity: str) -> int:
        """Take an entity's parked events in order; give how many, stop at one that fails."""
        count = 0
        while True:
            try:
                retried = await self._database.transaction(
                    lambda session: self._retry_first(session, entity)
                )
            except (StorageUnavailable, Contended):
                raise
            except Exception as error:  # noqa: BLE001  # the handler's own, kept and shown
                await self.parking.explain(self.name, entity, _text_of(error))
                return count
            if not retried:
                return count
            count += 1

    async def discard(self, entity: str, identifier: str) -> bool:
        """Give one parked event up; False if it is gone."""
        return await self._database.transaction(
            lambda session: self.parking.take_out(session, self.name, entity, identifier)
        )

    async def _take(self, entries: Sequence[Entry]) -> int:
        """Take entries of one stream together; if one fails, one by one up to it."""
        if len(entries) > 1 and self._standings[entries[0].stream].attempts:
            return await self._take_singly(entries)
        try:
            await self._commit(entries)
        except CursorMoved:
            self._next_look = 0.0
            self._standings.drop(entries[0].stream)
            return 0
        except _Gap:
            await self._standings.reset(entries[0].stream)
            return 0
        except (StorageUnavailable, Contended):
            raise
        except Exception as error:  # noqa: BLE001  # the handler's own
            if len(entries) == 1:
                await self._failed(entries[0], error)
                return 0
            return await self._take_singly(entries)
        return len(entries)

    async def _take_singly(self, entries: Sequence[Entry]) -> int:
        taken = 0
        for entry in entries:
            if await self._take([entry]) == 0:
                break
            taken += 1
        return taken

    async def _commit(self, entries: Sequence[Entry], error: str | None = None) -> None:
        """Handle the entries in one transaction, or, with an `error`, park the only one."""
        stream, last = entries[-1].stream, entries[-1].position
        if entries[0].position != self._standings[stream].position + 1:
            raise _Gap
        readings = [
            reading for entry in entries if (reading := read(entry)).may_be_of(self._types) or error
        ]

        async def once(session: Session) -> None:
            await self._standings.advance(session, stream, last)
            if not readings:
                return
            new = await self._inbox.first_times(
                session, self.name, [reading.event_id for reading in readings]
            )
            closed = await self.parking.closed(
                session, self.name, [reading.entity for reading in readings]
            )
            for reading in readings:
                if reading.event_id not in new:
                    continue
                if error is None and reading.entity not in closed:
                    await self._handler(session, reading.event())
                else:
                    await self.parking.park(
                        session, self.name, reading.entity, reading.entry, error or ""
                    )
            self._reached("consumer.handled")

        await self._database.transaction(once)
        self._reached("consumer.committed")
        self._standings.advanced(stream, last)

    async def _failed(self, entry: Entry, error: Exception) -> None:
        standing = self._standings[entry.stream]
        standing.attempts += 1
        text = _text_of(error)
        _log.warning(
            "consumer.event_failed",
            consumer=self.name,
            stream=entry.stream,
            position=entry.position,
            attempts=standing.attempts,
            error=text,
        )
        if standing.attempts >= self._settings.attempts:
            await self._commit([entry], error=text)
            return
        await self._standings.keep_attempts(entry.stream)
        pause = self._settings.first_pause.total_seconds() * 2 ** (standing.attempts - 1)
        standing.not_before = asyncio.get_running_loop().time() + pause

    async def _retry_first(self, session: Session, entity: str) -> bool:
        parked = await self.parking.events(self.name, entity, limit=1, session=session)
        if not parked:
            return False
        await self.parking.take_out(session, self.name, entity, parked[0].identifier)
        await self._handler(session, read(parked[0].entry).event())
        return True

    async def _look_if_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return
        turnover = await self._shares.look()
        await self._standings.hold(self._shares.held)
        if turnover.gained or turnover.lost:
            _log.info("consumer.streams", consumer=self.name, streams=self._standings.streams)
        await self._standings.look_whether_logs_go_on()
        for entity in await self.parking.released(self.name):
            await self.retry(entity)
        self._next_look = now + self._settings.lease.total_seconds() / 3

    def _pause(self, now: float) -> float:
        return max(0.0, min(self._next_look, self._standings.first_moment()) - now)


def _text_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
