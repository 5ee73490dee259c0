"""A consumer takes each event of some streams once: cursor, inbox and effect in one transaction.

An event that keeps failing is parked with its entity's later ones, and the others go on.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import orjson
import structlog

from service_kit.messaging.bus import Bus, BusUnavailable, Entry
from service_kit.messaging.envelope import Event, event_from_json, parts_of_stream
from service_kit.messaging.inbox import INBOX, Inbox
from service_kit.messaging.leases import LEASES, Leases
from service_kit.messaging.log_head import Doubts, LogHead
from service_kit.messaging.parking import PARKED_ENTITIES, PARKED_EVENTS, Parking
from service_kit.messaging.shares import Shares
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.steps import to_its_end
from service_kit.storage.database import (
    Contended,
    Database,
    Session,
    StorageError,
    StorageUnavailable,
)
from service_kit.storage.indexes import CollectionDeclaration

CURSORS = CollectionDeclaration(
    "cursors", (), retention="For ever: one document for each consumer and stream."
)
CONSUMER_COLLECTIONS = (CURSORS, INBOX, LEASES, PARKED_ENTITIES, PARKED_EVENTS)
CRASH_POINTS = ("consumer.read", "consumer.handled", "consumer.committed")

Handler: TypeAlias = Callable[[Session, Event], Awaitable[None]]
"""Writes the effect of one event in the session's transaction, and nothing elsewhere."""
Reset: TypeAlias = Callable[[Session, str], Awaitable[None]]
"""Told, in the transaction that moves the cursor, that events of a stream are gone for good."""

_log = structlog.get_logger(__name__)


class CursorTooOld(Exception):
    """The stream no longer holds the events after the cursor; nothing was skipped."""


_EXPECTED = (BusUnavailable, StorageError, Contended, CursorTooOld)


class UnreadableEvent(Exception):
    """The entry is not an envelope that this release understands."""


class _CursorMoved(Exception):
    """Another process has taken the same events."""


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


@dataclass(slots=True)
class _Standing:
    """Where one stream stands in this process."""

    position: int
    attempts: int
    log: str | None = None
    not_before: float = 0.0


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
        self._on_reset = on_reset
        self._settings = settings or ConsumerSettings()
        self._reached = reached
        self._inbox = Inbox(database)
        self._cursors = database.collection(CURSORS.name)
        self._shares = Shares(
            Leases(database), f"consumer/{name}", streams, owner, self._settings.lease
        )
        self._logs = Counter(parts_of_stream(stream)[0] for stream in streams)
        self._standings: dict[str, _Standing] = {}
        self._doubts = Doubts()
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
        ready = {
            stream: standing.position
            for stream, standing in self._standings.items()
            if standing.not_before <= now
        }
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
        except _CursorMoved:
            self._next_look = 0.0
            self._standings.pop(entries[0].stream)
            return 0
        except _Gap:
            await self._reset(entries[0].stream)
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
        standing = self._standings[entries[0].stream]
        if entries[0].position != standing.position + 1:
            raise _Gap
        readings = [
            reading for entry in entries if self._is_wanted(reading := _read(entry)) or error
        ]

        async def once(session: Session) -> None:
            await self._advance(session, entries[-1], standing.position)
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
        standing.position = entries[-1].position
        standing.attempts = 0

    def _is_wanted(self, reading: "_Reading") -> bool:
        """Whether the handler takes an event; one that cannot be read may be of any type."""
        event = reading.readable
        return self._types is None or event is None or event.type in self._types

    async def _advance(self, session: Session, entry: Entry, expected: int) -> None:
        result = await self._cursors.update_one(
            {"_id": self._key(entry.stream), "position": expected},
            {"$set": {"position": entry.position, "attempts": 0}},
            session=session,
        )
        if result.matched_count == 0:
            raise _CursorMoved

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
        await self._cursors.update_one(
            {"_id": self._key(entry.stream), "position": standing.position},
            {"$set": {"attempts": standing.attempts}},
        )
        pause = self._settings.first_pause.total_seconds() * 2 ** (standing.attempts - 1)
        standing.not_before = asyncio.get_running_loop().time() + pause

    async def _retry_first(self, session: Session, entity: str) -> bool:
        parked = await self.parking.events(self.name, entity, limit=1, session=session)
        if not parked:
            return False
        await self.parking.take_out(session, self.name, entity, parked[0].identifier)
        await self._handler(session, _read(parked[0].entry).event())
        return True

    async def _look_if_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return
        turnover = await self._shares.look()
        for stream in set(self._standings) - set(self._shares.held):
            del self._standings[stream]
        for stream in set(self._shares.held) - set(self._standings):
            self._standings[stream] = await self._standing(stream)
        if turnover.gained or turnover.lost:
            _log.info("consumer.streams", consumer=self.name, streams=sorted(self._standings))
        await self._look_whether_logs_go_on()
        for entity in await self.parking.released(self.name):
            await self.retry(entity)
        self._next_look = now + self._settings.lease.total_seconds() / 3

    async def _standing(self, stream: str) -> _Standing:
        """Read the cursor; a consumer that is new starts with the oldest event there is."""
        document = await self._cursors.find_one({"_id": self._key(stream)})
        if document is not None:
            return _Standing(document["position"], document["attempts"], document.get("log"))
        bounds = (await self._bus.bounds([stream]))[stream]
        start = max(0, bounds.first - 1)
        await self._cursors.update_one(
            {"_id": self._key(stream)},
            {"$setOnInsert": {"position": start, "attempts": 0, "schemaVersion": 1}},
            upsert=True,
        )
        return _Standing(start, 0)

    async def _look_whether_logs_go_on(self) -> None:
        """Start afresh, or stop, where a log is another one by now or ends before the cursor."""
        for stream in list(self._standings):
            standing, (log, partition) = self._standings[stream], parts_of_stream(stream)
            head = await self._bus.head(log)
            head.require_count(log, self._logs[log])
            if not head.is_of(standing.log) or await self._is_astray(stream, head, partition):
                await self._reset(stream, head)
            elif head.identity != standing.log and head.identity is not None:
                standing.log = head.identity
                await self._cursors.update_one(
                    {"_id": self._key(stream)}, {"$set": {"log": head.identity}}
                )

    async def _is_astray(self, stream: str, head: LogHead, partition: int) -> bool:
        known = head.partitions.get(partition)
        if known is None or known.reached == self._standings[stream].position:
            return False
        here, place = LogHead(head.identity, {0: known}), [self._standings[stream].position]
        ends = [(await self._bus.bounds([stream]))[stream]]
        return bool(self._doubts.confirmed(stream, place, here, ends))

    async def _reset(self, stream: str, lost: LogHead | None = None) -> None:
        """Events after the cursor are gone: have the consumer start afresh, or stop."""
        standing = self._standings[stream]
        bounds = (await self._bus.bounds([stream]))[stream]
        if bounds.first <= standing.position + 1 and lost is None:
            return  # the stream is being refilled
        on_reset = self._on_reset
        if on_reset is None:
            raise CursorTooOld(f"{self.name} is at {standing.position} of {stream}: {bounds}")
        start, log = bounds.first - 1, standing.log
        if lost is not None:
            partition = parts_of_stream(stream)[1]
            start, log = lost.beginning(partition, bounds.first), lost.identity

        async def once(session: Session) -> None:
            await self._cursors.update_one(
                {"_id": self._key(stream), "position": standing.position},
                {"$set": {"position": start, "attempts": 0, "log": log}},
                session=session,
            )
            await on_reset(session, stream)

        await self._database.transaction(once)
        standing.position, standing.log = start, log
        self._doubts.forget(stream)

    def _pause(self, now: float) -> float:
        moments = [standing.not_before for standing in self._standings.values()]
        return max(0.0, min([self._next_look, *moments]) - now)

    def _key(self, stream: str) -> str:
        return f"{self.name}/{stream}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """An entry and, if it can be read, its event; if not, it stands alone."""

    entry: Entry
    readable: Event | None

    @property
    def event_id(self) -> str:
        return self.readable.event_id if self.readable else self._place

    @property
    def entity(self) -> str:
        return self.readable.entity.text if self.readable else self._place

    @property
    def _place(self) -> str:
        return f"{self.entry.stream}/{self.entry.position}"

    def event(self) -> Event:
        """Give the event or raise UnreadableEvent."""
        if self.readable is None:
            raise UnreadableEvent(self._place)
        return self.readable


def _read(entry: Entry) -> _Reading:
    try:
        return _Reading(entry, event_from_json(orjson.loads(entry.payload)))
    except (ValueError, KeyError, TypeError):
        return _Reading(entry, None)


def _text_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
