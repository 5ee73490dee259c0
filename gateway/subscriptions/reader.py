"""One reader per stream and process: it reads the log once and hands each event to who wants it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from gateway.ports import EventLog, LogBounds, LogEntry, LogUnavailable
from gateway.subscriptions.backlog import Backlog, Behind
from gateway.subscriptions.continuity import Continuity
from gateway.subscriptions.convoy import Convoy
from gateway.subscriptions.courier import Courier
from gateway.subscriptions.cursor import Cursor, LogName, Positions
from gateway.subscriptions.figures import StreamFigures
from gateway.subscriptions.group import Group
from gateway.subscriptions.groups import Groups
from gateway.subscriptions.happening import Happening, read_happening
from gateway.subscriptions.listener import Listener
from gateway.subscriptions.occurrence import Delivery, Occurrence
from service_kit.runtime.clock import Clock
from service_kit.runtime.running import Works

_AT_ONCE = 500
_WAIT_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0
_MOST_SILENT_SECONDS = 15.0

_log = structlog.get_logger("gateway.subscriptions")


class StreamReader:
    """Follows all partitions of a stream from the newest event on, while it is held.

    Everything between two awaits is one step: `positions` and what listeners were given never
    disagree.
    """

    def __init__(
        self,
        log: EventLog,
        stream: str,
        partitions: int,
        clock: Clock,
        works: Works | None = None,
    ) -> None:
        self.stream = stream
        self.partitions = partitions
        self.figures = StreamFigures()
        self.backlog = Backlog(log, stream)
        self.convoy = Convoy(self.backlog, lambda: self.log)
        self._log = log
        self._works = works or Works()
        self._read_at = 0.0
        self._continuity: Continuity[Group] = Continuity(log, stream, partitions)
        self._positions: list[int] = []
        self._courier = Courier(clock)
        self._groups = Groups(self.figures, clock, self._courier.ready, self._continuity.forget)
        self._opening = asyncio.Lock()
        self._holders = 0
        self._reading: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many listen."""
        return len(self._groups)

    @property
    def waiting(self) -> int:
        """How many items wait to be delivered."""
        return sum(group.waiting for group in self._groups)

    @property
    def behind(self) -> Sequence[int]:
        """How many events of each partition were not read yet, a few seconds ago at most."""
        return self._continuity.behind if self._holders else ()

    @property
    def log(self) -> LogName:
        """The log that its positions are in."""
        return LogName(self.stream, self._continuity.identity)

    def is_of(self, cursor: Cursor) -> bool:
        """Whether a cursor may be one of this log."""
        return self._continuity.is_of(cursor.identity)

    @property
    def positions(self) -> Positions:
        """How far it has come; empty while nobody holds it."""
        return tuple(self._positions)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Be open for as long as anybody holds it; raises LogUnavailable."""
        self._holders += 1
        try:
            await self._open()
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self.close()

    def close(self) -> None:
        """Stop reading; whoever still listens hears nothing more."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading, self._positions = None, []
        self.backlog.forget()

    async def _open(self) -> None:
        """Begin at the newest event, unless it has begun."""
        async with self._opening:
            if self._reading is None:
                self._positions = await self._continuity.begin()
                self._read_at = asyncio.get_running_loop().time()
                name = f"read {self.stream}"
                self._reading = asyncio.create_task(self._works.keep(name, self._read), name=name)

    def join(self, listener: Listener, seen: Cursor | None = None) -> None:
        """Give a listener what comes from now on, less what it has `seen` already."""
        floor = identity = None
        if seen is not None:
            identity = seen.identity if self.log.identity is None else None
            if any(map(int.__gt__, seen.positions, self._positions)):
                floor = seen.positions
        self._groups.join(listener, floor, identity)
        listener.log, listener.stands = self.reached(listener)

    def leave(self, listener: Listener) -> None:
        """Give a listener nothing more."""
        self._groups.leave(listener)
        self._continuity.forget(listener)

    def reached(self, listener: Listener) -> tuple[LogName, Positions]:
        """Give where a listener stands, which has joined and for which nothing waits of its own."""
        group = self._groups.of(listener)
        if group is not None and group.is_idle:
            return self.log, self._floored(group)
        return listener.log or self.log, listener.stands

    async def bounds(self) -> Sequence[LogBounds]:
        """Give what the log has; raises LogUnavailable."""
        return await self._log.bounds(self.stream, self.partitions)

    def behind_it(self, positions: Sequence[int]) -> Behind:
        """Give the positions that are behind this reader's own."""
        return {
            partition: position
            for partition, position in enumerate(positions)
            if position < self._positions[partition]
        }

    def is_ahead_by(self, positions: Sequence[int]) -> int:
        """Tell how many events lie between positions and where this reader is."""
        return sum(self._positions[one] - at for one, at in self.behind_it(positions).items())

    def require_reading(self) -> None:
        """Raise LogUnavailable if nothing could be read for long: what is new is not known."""
        silent = asyncio.get_running_loop().time() - self._read_at
        if silent > _MOST_SILENT_SECONDS:
            raise LogUnavailable(f"{self.stream} was not read for {silent:.0f} s")

    async def has_lost(self, listener: Listener, positions: Sequence[int]) -> bool:
        """Whether what follows the positions will not come any more; may raise."""
        return await self._continuity.has_lost(listener, positions)

    async def _read(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._look_whether_it_goes_on()
                after = dict(enumerate(self._positions))
                found = await self._log.read(
                    self.stream, after, count=_AT_ONCE, wait_seconds=_WAIT_SECONDS
                )
                self._read_at = asyncio.get_running_loop().time()
                pause = _FIRST_PAUSE_SECONDS
            except LogUnavailable as error:
                self.figures.failed_reads += 1
                _log.warning("events_unavailable", stream=self.stream, reason=str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            self._groups.unite(self.positions, self.log.identity)
            for entry in found:
                self._read_at = asyncio.get_running_loop().time()
                try:
                    self._hand_out(entry)
                except Exception:  # noqa: BLE001  # one bad event must not stop the others
                    _log.exception("event_not_handed_out", stream=self.stream)
                await self._courier.serve()
            await asyncio.sleep(0)  # consumers run between two batches, however full the log is

    def _hand_out(self, entry: LogEntry) -> None:
        is_next = entry.position == self._positions[entry.partition] + 1
        self._positions[entry.partition] = entry.position
        self.figures.events_read += 1
        if not is_next:
            self._reset()
        happening = read_happening(entry.payload)
        if happening is not None:
            self._tell(entry, happening)

    async def _look_whether_it_goes_on(self) -> None:
        """Start over at the end of a log that is another one, or has lost where this one is."""
        lost = await self._continuity.lost(self._positions, self._groups)
        if lost is None:
            return
        if lost.ends is not None:
            self._positions = lost.ends
            self.backlog.forget()
        for group in self._groups if lost.ends is not None else lost.followers:
            self._groups.settle(group)
            group.put(Occurrence(Delivery.RESET, self.log, self.positions, {}))
        self.figures.resets += 1
        _log.error("log_began_anew", stream=self.stream, positions=self._positions)

    def _tell(self, entry: LogEntry, happening: Happening) -> None:
        for field, section in happening.sections.items():
            if not self._groups.listens(field):
                continue
            groups = self._groups.concerned(field, happening, section)
            if groups:
                item = Occurrence(
                    Delivery.EVENT, self.log, self.positions, section.payload, happening
                )
                self._give(item, groups, entry)

    def _give(self, item: Occurrence, groups: Sequence[Group], entry: LogEntry) -> None:
        for group in groups:
            if group.floor is None:
                group.put(item)
            elif entry.position > group.floor[entry.partition]:
                group.put(item.at(self._floored(group)))

    def _floored(self, group: Group) -> Positions:
        """Give the reader's positions, or the group's own where those are ahead."""
        if group.floor is None:
            return self.positions
        return tuple(map(max, group.floor, self._positions))

    def _reset(self) -> None:
        """Tell everybody that events are gone: the log begins after what was read last."""
        self.figures.resets += 1
        _log.error("events_lost", stream=self.stream, positions=self._positions)
        for group in self._groups:
            group.put(Occurrence(Delivery.RESET, self.log, self._floored(group), {}))
