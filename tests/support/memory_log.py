"""A log of events in memory, for tests without a Valkey."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from gateway.ports import LogBounds, LogEntry
from service_kit.messaging.log_head import LogHead, PartitionHead


class MemoryLog:
    """Behaves like the real one: contiguous positions, and what was lost can be filled again."""

    def __init__(self, partitions: int) -> None:
        self.entries: list[list[LogEntry]] = [[] for _ in range(partitions)]
        self.history: list[LogEntry] = []
        self._news = asyncio.Event()
        self._others: list[MemoryLog] = []
        self.stalled = False
        self.said: LogHead | None = None
        self._unsaid: set[int] = set()
        self._mark = 0

    def append(
        self, partition: int, entity: str, seq: int, keys: Mapping[str, Any], field: str = "changed"
    ) -> None:
        """Append an event of an entity; a log that lacks the one before is filled first."""
        position = 1 + len(self._history_of(partition))
        if position > 1 and not self.entries[partition]:
            self._refill(partition)
        envelope = {
            "eventId": f"{entity}/{seq}",
            "entity": {"type": "Thing", "id": entity},
            "seq": seq,
            "occurredAt": "2026-03-02T09:00:00.000Z",
            "audience": [f"owner:{entity}"],
            "data": {field: {"keys": keys, "payload": {"thing": {"id": entity}}}},
        }
        entry = LogEntry(partition, position, orjson.dumps(envelope))
        self.history.append(entry)
        self._add(entry)

    def lose(self) -> None:
        """Forget everything, and what was said of it."""
        for entries in self.entries:
            entries.clear()
        self._unsaid.update(range(len(self.entries)))

    def refill(self) -> None:
        """Have everything again."""
        for partition in range(len(self.entries)):
            self._refill(partition)

    def trim(self, partition: int, keep: int) -> None:
        """Drop a partition's oldest entries."""
        entries = self.entries[partition]
        del entries[: max(0, len(entries) - keep)]

    async def bounds(self, stream: str, partitions: int) -> Sequence[LogBounds]:  # noqa: ARG002
        """Give what each partition has."""
        await asyncio.sleep(0)
        return [
            LogBounds(entries[0].position, entries[-1].position) if entries else LogBounds(0, 0)
            for entries in self.entries[:partitions]
        ]

    async def head(self, stream: str) -> LogHead:  # noqa: ARG002
        """Give what a test has its writer say, or else what a writer says that has looked now."""
        await asyncio.sleep(0)
        return self.said or LogHead("memory", self._heads(), len(self.entries))

    def _heads(self) -> dict[int, PartitionHead]:
        return {
            partition: PartitionHead(len(self._history_of(partition)), f"{self._mark}")
            for partition in range(len(self.entries))
            if partition not in self._unsaid
        }

    def _history_of(self, partition: int) -> list[LogEntry]:
        return [one for one in self.history if one.partition == partition]

    async def read(
        self,
        stream: str,  # noqa: ARG002
        after: Mapping[int, int],
        *,
        count: int,
        wait_seconds: float | None,
    ) -> Sequence[LogEntry]:
        """Give entries after each partition's position."""
        await asyncio.sleep(0)
        while True:
            waits = wait_seconds is not None
            found = [] if waits and self.stalled else self._after(after, count)
            if found or not waits:
                return found
            self._news.clear()
            await self._news.wait()

    def seen_by_another(self) -> "MemoryLog":
        """Give the same log as another process reads it: it may stall for that one alone."""
        other = MemoryLog(len(self.entries))
        other.entries, other.history = self.entries, self.history
        other._unsaid = self._unsaid
        self._others.append(other)
        return other

    def stall(self, *, stalled: bool) -> None:
        """Have those wait who follow the log, or go on; who asks what there is gets it."""
        self.stalled = stalled
        self._news.set()

    def _refill(self, partition: int) -> None:
        self.entries[partition].clear()
        for entry in self._history_of(partition):
            self._add(entry)
        self._unsaid.discard(partition)
        self._mark += 1

    def _after(self, after: Mapping[int, int], count: int) -> list[LogEntry]:
        return [
            entry
            for partition, position in after.items()
            for entry in [one for one in self.entries[partition] if one.position > position][:count]
        ]

    def _add(self, entry: LogEntry) -> None:
        self.entries[entry.partition].append(entry)
        for log in (self, *self._others):
            log._news.set()
