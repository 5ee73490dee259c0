"""What lies behind the reader, read for those that come back: a little at a time, once for all.

After a restart thousands come back to nearly the same place. They share what is read of the log,
what was understood of it, and what subgraphs said of it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakValueDictionary

from gateway.ports import EventLog, LogEntry
from gateway.subscriptions.cursor import LogName, Positions
from gateway.subscriptions.happening import Happening, read_happening
from gateway.subscriptions.listener import Interest
from gateway.subscriptions.occurrence import Delivery, Occurrence

_AT_ONCE = 500
"""How many entries are read at a time, of all partitions together."""

_AT_A_TURN = 100
"""How many of them are understood before the others have their turn."""

_READERS = 2
_MOST_KEPT = 2000
_MOST_BYTES = 4 << 20

Behind: TypeAlias = Mapping[int, int]
"""The position of each partition that is behind the reader."""

_Place: TypeAlias = tuple[str, int, Positions, LogName]
"""A field, the event's partition, and where one stands after the event."""


@dataclass(frozen=True, slots=True)
class Past:
    """An entry of the log; `happening` is None if it is no event."""

    partition: int
    position: int
    size: int
    happening: Happening | None


class Backlog:
    """Reads a stream for all replays; what was read last is kept while there are any."""

    def __init__(self, log: EventLog, stream: str) -> None:
        self._log = log
        self._stream = stream
        self._turn = asyncio.Semaphore(_READERS)
        self._kept: OrderedDict[tuple[int, int], Past] = OrderedDict()
        self._items: WeakValueDictionary[_Place, Occurrence] = WeakValueDictionary()
        self._bytes = 0
        self._replays = 0

    def __len__(self) -> int:
        """How many entries are kept."""
        return len(self._kept)

    @property
    def replays(self) -> int:
        """How many are going through the log."""
        return self._replays

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Be of use to a replay for as long as it lasts."""
        self._replays += 1
        try:
            yield
        finally:
            self._replays -= 1
            if not self._replays:
                self.forget()

    def forget(self) -> None:
        """Keep nothing: the log is another one now, or nobody asks."""
        self._kept.clear()
        self._items.clear()
        self._bytes = 0

    def wanted(
        self, past: Past, interest: Interest, log: LogName, positions: Positions
    ) -> Occurrence | None:
        """Give the item of who wants it: the same to all at one place, while anybody has it."""
        happening = past.happening
        section = None if happening is None else happening.sections.get(interest.field)
        if happening is None or section is None or not interest.covers(happening, section):
            return None
        place = (interest.field, past.partition, positions, log)
        item = self._items.get(place)
        if item is None:
            item = Occurrence(Delivery.EVENT, log, positions, section.payload, happening)
            self._items[place] = item
        return item

    async def after(self, behind: Behind) -> list[Past]:
        """Give some entries after positions, each partition's in order; raises LogUnavailable.

        A partition's first one may lie beyond a gap.
        """
        found: dict[int, list[Past]] = {}
        if self._lacking(behind):
            async with self._turn:
                # Somebody else may have read it meanwhile.
                found = await self._read(self._lacking(behind))
        most = max(1, _AT_ONCE // max(1, len(behind)))
        runs = (
            found.get(partition) or self._run(partition, position, most)
            for partition, position in behind.items()
        )
        return [one for run in runs for one in run]

    def _lacking(self, behind: Behind) -> dict[int, int]:
        return {
            partition: position
            for partition, position in behind.items()
            if (partition, position + 1) not in self._kept
        }

    async def _read(self, after: Behind) -> dict[int, list[Past]]:
        found: dict[int, list[Past]] = {}
        if not after:
            return found
        count = max(1, _AT_ONCE // len(after))
        entries = await self._log.read(self._stream, after, count=count, wait_seconds=None)
        for number, entry in enumerate(entries, 1):
            past = self._kept.get((entry.partition, entry.position)) or self._keep(entry)
            found.setdefault(entry.partition, []).append(past)
            if number % _AT_A_TURN == 0:
                await asyncio.sleep(0)
        return found

    def _keep(self, entry: LogEntry) -> Past:
        happening = read_happening(entry.payload, shares=True)
        past = Past(entry.partition, entry.position, len(entry.payload), happening)
        self._kept[past.partition, past.position] = past
        self._bytes += past.size
        while len(self._kept) > _MOST_KEPT or self._bytes > _MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size
        return past

    def _run(self, partition: int, position: int, most: int) -> list[Past]:
        run: list[Past] = []
        while len(run) < most and (past := self._kept.get((partition, position + 1))) is not None:
            self._kept.move_to_end((partition, position + 1))
            run.append(past)
            position += 1
        return run
