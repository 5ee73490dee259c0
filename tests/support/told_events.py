"""A tiny service whose entities only count, and a reader that checks what its log tells of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from service_kit.messaging.bus import Bus
from service_kit.messaging.envelope import (
    Change,
    EntityRef,
    Event,
    event_from_json,
    partition_of,
    stream_name,
)
from service_kit.messaging.leases import LEASES
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.messaging.positions import POSITIONS
from service_kit.runtime.identifiers import new_identifier
from service_kit.storage.database import Database, DuplicateKey, Session
from service_kit.storage.indexes import CollectionDeclaration, ensure_indexes

SERVICE = "counting_svc"
PARTITIONS = 4
COUNTERS = CollectionDeclaration("counters", (), retention="As long as the test.")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def one_in_each_partition() -> list[str]:
    """Names of counters, one for each partition."""
    names: dict[int, str] = {}
    for number in range(100):
        names.setdefault(partition_of(EntityRef("Counter", f"c{number}"), PARTITIONS), f"c{number}")
    return [names[partition] for partition in range(PARTITIONS)]


async def prepare(database: Database) -> None:
    """Create the collections of the tiny service."""
    await ensure_indexes(database, [COUNTERS, OUTBOX, POSITIONS, LEASES])


def counted(name: str, seq: int) -> Event:
    """The event of one count of one counter."""
    return Event(
        event_id=f"{name}-{seq}",
        type="counted",
        entity=EntityRef("Counter", name),
        seq=seq,
        occurred_at=NOON,
        actor="test",
        changes={"count": Change(seq - 1, seq)},
    )


class StaleVersion(Exception):
    """Another writer was first."""


class CountingService:
    """Each commit counts some counters on, each guarded by its version, and tells it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counters = database.collection(COUNTERS.name)
        self.outbox = Outbox(database, SERVICE, PARTITIONS)

    async def count(self, *names: str) -> None:
        """Count every named counter on by one, all in one commit."""

        async def once(session: Session) -> None:
            events = [await self._count_one(name, session) for name in names]
            await self.outbox.append(session, events)

        await self._database.transaction(once)

    async def count_telling_first(self, name: str) -> None:
        """Count as one who loads outside the transaction and writes the event before the entity."""
        while True:
            found = await self._counters.find_one({"_id": name}) or {"version": 0}
            try:
                await self._database.transaction(self._telling_first(name, found["version"]))
            except (StaleVersion, DuplicateKey):
                continue
            return

    def _telling_first(self, name: str, version: int) -> Callable[[Session], Awaitable[None]]:
        async def once(session: Session) -> None:
            event = replace(counted(name, version + 1), event_id=new_identifier())
            await self.outbox.append(session, [event])
            result = await self._counters.update_one(
                {"_id": name, "version": version},
                {"$inc": {"version": 1}},
                upsert=version == 0,
                session=session,
            )
            if version and result.matched_count == 0:
                raise StaleVersion(name)

        return once

    async def _count_one(self, name: str, session: Session) -> Event:
        found = await self._counters.find_one_and_update(
            {"_id": name}, {"$inc": {"version": 1}}, upsert=True, session=session
        )
        assert found is not None
        return counted(name, found["version"])


def streams() -> list[str]:
    """The names of all streams of the tiny service."""
    return [stream_name(SERVICE, partition) for partition in range(PARTITIONS)]


async def told(bus: Bus, after: int = 0) -> dict[str, list[tuple[int, Event]]]:
    """Everything the streams hold, by stream, with positions."""
    found: dict[str, list[tuple[int, Event]]] = {stream: [] for stream in streams()}
    for entry in await bus.read(dict.fromkeys(streams(), after), count=1_000_000):
        event = event_from_json(orjson.loads(entry.payload))
        found[entry.stream].append((entry.position, event))
    return found


def sequences(entries: Sequence[tuple[int, Event]]) -> dict[str, list[int]]:
    """The numbers told of each entity, in the order of telling."""
    numbers: dict[str, list[int]] = {}
    for _, event in entries:
        numbers.setdefault(event.entity.id, []).append(event.seq)
    return numbers


async def check_that_all_is_told_once(database: Database, bus: Bus) -> None:
    """Positions without gap from 1 on; of each entity every number once, in order; all told."""
    versions = {
        document["_id"]: document["version"]
        for document in await database.collection(COUNTERS.name).find({})
    }
    heard: dict[str, list[int]] = {}
    for stream, entries in (await told(bus)).items():
        assert [position for position, _ in entries] == list(range(1, len(entries) + 1))
        for _, event in entries:
            assert stream == stream_name(SERVICE, partition_of(event.entity, PARTITIONS))
        heard |= sequences(entries)
    assert heard == {name: list(range(1, version + 1)) for name, version in versions.items()}
