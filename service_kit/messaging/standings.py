"""Where a consumer stands in its streams: cursors in the database, and whether the logs go on.

Where a log is another one by now, or ends before the cursor, a consumer starts afresh, or stops.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from service_kit.messaging.bus import Bus
from service_kit.messaging.envelope import parts_of_stream
from service_kit.messaging.log_head import Doubts, LogHead
from service_kit.storage.database import Database, Session
from service_kit.storage.indexes import CollectionDeclaration

CURSORS = CollectionDeclaration(
    "cursors", (), retention="For ever: one document for each consumer and stream."
)

Reset: TypeAlias = Callable[[Session, str], Awaitable[None]]
"""Told, in the transaction that moves the cursor, that events of a stream are gone for good."""


class CursorTooOld(Exception):
    """The stream no longer holds the events after the cursor; nothing was skipped."""


class CursorMoved(Exception):
    """Another process has taken the same events."""


@dataclass(slots=True)
class Standing:
    """Where one stream stands in this process."""

    position: int
    attempts: int
    log: str | None = None
    not_before: float = 0.0


class Standings:
    """One process's standings, by the stream that it holds for a consumer."""

    def __init__(
        self,
        name: str,
        bus: Bus,
        database: Database,
        streams: Sequence[str],
        on_reset: Reset | None,
    ) -> None:
        self._name = name
        self._bus = bus
        self._database = database
        self._cursors = database.collection(CURSORS.name)
        self._on_reset = on_reset
        self._logs = Counter(parts_of_stream(stream)[0] for stream in streams)
        self._doubts = Doubts()
        self._held: dict[str, Standing] = {}

    def __getitem__(self, stream: str) -> Standing:
        return self._held[stream]

    @property
    def streams(self) -> list[str]:
        """The streams that are held, by name."""
        return sorted(self._held)

    def ready(self, now: float) -> dict[str, int]:
        """Give the position in each stream that is not to be left alone until later."""
        return {
            stream: standing.position
            for stream, standing in self._held.items()
            if standing.not_before <= now
        }

    def first_moment(self) -> float:
        """Give the loop time from which one of the streams is not to be left alone any more."""
        return min((standing.not_before for standing in self._held.values()), default=float("inf"))

    async def hold(self, streams: Iterable[str]) -> None:
        """Hold these streams from now on, and no others."""
        wanted = set(streams)
        for stream in set(self._held) - wanted:
            self.drop(stream)
        for stream in wanted - set(self._held):
            self._held[stream] = await self._read(stream)

    def drop(self, stream: str) -> None:
        """Hold a stream no longer."""
        del self._held[stream]

    async def advance(self, session: Session, stream: str, position: int) -> None:
        """Move the cursor in the session's transaction; raise CursorMoved if somebody else has."""
        result = await self._cursors.update_one(
            self._here(stream),
            {"$set": {"position": position, "attempts": 0}},
            session=session,
        )
        if result.matched_count == 0:
            raise CursorMoved

    def advanced(self, stream: str, position: int) -> None:
        """Stand where a committed transaction has moved the cursor to."""
        standing = self._held[stream]
        standing.position, standing.attempts = position, 0

    async def keep_attempts(self, stream: str) -> None:
        """Have whoever takes the stream over know how often its next event has failed."""
        await self._cursors.update_one(
            self._here(stream), {"$set": {"attempts": self._held[stream].attempts}}
        )

    async def look_whether_logs_go_on(self) -> None:
        """Start afresh, or stop, where a log is another one by now or ends before the cursor."""
        for stream in list(self._held):
            standing, (log, partition) = self._held[stream], parts_of_stream(stream)
            head = await self._bus.head(log)
            head.require_count(log, self._logs[log])
            if not head.is_of(standing.log) or await self._is_astray(stream, head, partition):
                await self.reset(stream, head)
            elif head.identity != standing.log and head.identity is not None:
                standing.log = head.identity
                await self._cursors.update_one(
                    {"_id": self._key(stream)}, {"$set": {"log": head.identity}}
                )

    async def reset(self, stream: str, lost: LogHead | None = None) -> None:
        """Events after the cursor are gone: have the consumer start afresh, or stop."""
        standing = self._held[stream]
        bounds = (await self._bus.bounds([stream]))[stream]
        if bounds.first <= standing.position + 1 and lost is None:
            return  # the stream is being refilled
        on_reset = self._on_reset
        if on_reset is None:
            raise CursorTooOld(f"{self._name} is at {standing.position} of {stream}: {bounds}")
        start, log = bounds.first - 1, standing.log
        if lost is not None:
            partition = parts_of_stream(stream)[1]
            start, log = lost.beginning(partition, bounds.first), lost.identity

        async def once(session: Session) -> None:
            await self._cursors.update_one(
                self._here(stream),
                {"$set": {"position": start, "attempts": 0, "log": log}},
                session=session,
            )
            await on_reset(session, stream)

        await self._database.transaction(once)
        standing.position, standing.log = start, log
        self._doubts.forget(stream)

    async def _read(self, stream: str) -> Standing:
        """Read the cursor; a consumer that is new starts with the oldest event there is."""
        document = await self._cursors.find_one({"_id": self._key(stream)})
        if document is not None:
            return Standing(document["position"], document["attempts"], document.get("log"))
        bounds = (await self._bus.bounds([stream]))[stream]
        start = max(0, bounds.first - 1)
        await self._cursors.update_one(
            {"_id": self._key(stream)},
            {"$setOnInsert": {"position": start, "attempts": 0, "schemaVersion": 1}},
            upsert=True,
        )
        return Standing(start, 0)

    async def _is_astray(self, stream: str, head: LogHead, partition: int) -> bool:
        known = head.partitions.get(partition)
        if known is None or known.reached == self._held[stream].position:
            return False
        here, place = LogHead(head.identity, {0: known}), [self._held[stream].position]
        ends = [(await self._bus.bounds([stream]))[stream]]
        return bool(self._doubts.confirmed(stream, place, here, ends))

    def _here(self, stream: str) -> dict[str, object]:
        return {"_id": self._key(stream), "position": self._held[stream].position}

    def _key(self, stream: str) -> str:
        return f"{self._name}/{stream}"
