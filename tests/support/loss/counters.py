"""Counters in MongoDB, and the commits that count them on and tell it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from service_kit.messaging.bus import Bus, BusUnavailable
from service_kit.messaging.envelope import Change, EntityRef, Event
from service_kit.messaging.leases import LEASES
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.messaging.positions import POSITIONS
from service_kit.runtime.clock import SystemClock
from service_kit.runtime.json_values import JSON
from service_kit.storage.database import Contended, Database, Session, StorageError
from service_kit.storage.indexes import CollectionDeclaration, ensure_indexes

SERVICE = "counting_svc"
PARTITIONS = 8
COUNTERS = CollectionDeclaration("counters", (), retention="As long as the test.")
DECLARATIONS = (COUNTERS, OUTBOX, POSITIONS, LEASES)
_MOST_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class CounterPlan:
    """A counter: how far it is to count, and the group it stands in."""

    name: str
    group: str
    target: int


async def migrate(database: Database) -> None:
    """Create the collections of the service."""
    await ensure_indexes(database, DECLARATIONS)


class Writers:
    """Count all counters on to their targets, several commits at a time.

    Each count is guarded by the target, and the truth is what MongoDB holds: a commit whose
    outcome nobody heard of has either happened or not.
    """

    def __init__(self, database: Database, bus: Bus, plans: Sequence[CounterPlan]) -> None:
        self._database = database
        self._bus = bus
        self._counters = database.collection(COUNTERS.name)
        self._outbox = Outbox(database, SERVICE, PARTITIONS)
        self._clock = SystemClock()
        self._plans = {plan.name: plan for plan in plans}
        self._open = dict(self._plans)
        self._moved = asyncio.Condition()
        self.committed = 0
        self.failures = 0
        self._follows = 0
        self._stops_at = 0

    async def prepare(self) -> None:
        """Have every counter at nought."""
        await migrate(self._database)
        documents = [
            {"_id": plan.name, "version": 0, "group": plan.group} for plan in self._open.values()
        ]
        await self._counters.insert_many(documents)

    async def run(self, writers: int, seed: int) -> None:
        """Count until every target is reached; the first counter is every writer's."""
        first, *others = self._plans
        async with asyncio.TaskGroup() as tasks:
            for number in range(writers):
                random = Random(seed * 1_000 + number)  # noqa: S311
                tasks.create_task(self._write([first, *others[number::writers]], random))

    @property
    def are_busy(self) -> bool:
        """Whether any target is still to be reached."""
        return bool(self._open)

    async def follow(self, events: int) -> None:
        """Let what is heard lead the commits on to so many events."""
        await self._set(follows=events)

    async def stop_at(self, events: int) -> None:
        """Commit so many events and then wait for the next `stop_at`."""
        await self._set(stops_at=events)

    async def until(self, events: int) -> None:
        """Wait until so many events were committed."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.committed >= events or not self._open)

    async def versions(self) -> Mapping[str, int]:
        """What was committed, by counter."""
        found = await self._counters.find({})
        return {document["_id"]: document["version"] for document in found}

    async def _write(self, mine: Sequence[str], random: Random) -> None:
        while True:
            async with self._moved:
                await self._moved.wait_for(self._may_go_on)
            still = [name for name in mine if name in self._open]
            if not still:
                return
            names = random.sample(still, min(len(still), random.randint(1, _MOST_AT_ONCE)))
            try:
                counted = await self._commit([self._plans[name] for name in names])
            except (StorageError, Contended):
                self.failures += 1
                await asyncio.sleep(0.05)  # the primary is away
                continue
            await self._note(counted)

    def _may_go_on(self) -> bool:
        return not self._open or self.committed < min(self._follows, self._stops_at)

    async def _set(self, follows: int | None = None, stops_at: int | None = None) -> None:
        async with self._moved:
            self._follows = self._follows if follows is None else follows
            self._stops_at = self._stops_at if stops_at is None else stops_at
            self._moved.notify_all()

    async def _note(self, counted: Mapping[str, int]) -> None:
        for name, version in counted.items():
            if not version or version >= self._plans[name].target:
                self._open.pop(name, None)
        async with self._moved:
            self.committed += sum(bool(version) for version in counted.values())
            self._moved.notify_all()
        try:
            await self._bus.notify(f"wake:{SERVICE}")  # as the relay of a committing process does
        except BusUnavailable:
            return  # the relay looks by itself

    async def _commit(self, plans: Sequence[CounterPlan]) -> Mapping[str, int]:
        async def once(session: Session) -> dict[str, int]:
            counted, events = {}, []
            for plan in plans:
                version = counted[plan.name] = await self._count(plan, session)
                if version:
                    events.append(self._event(plan, version))
            await self._outbox.append(session, events)
            return counted

        return await self._database.transaction(once)

    async def _count(self, plan: CounterPlan, session: Session) -> int:
        """Count one on and give its version; 0 if it is where it should be."""
        found = await self._counters.find_one_and_update(
            {"_id": plan.name, "version": {"$lt": plan.target}},
            {"$inc": {"version": 1}},
            session=session,
        )
        return 0 if found is None else int(found["version"])

    def _event(self, plan: CounterPlan, version: int) -> Event:
        section: JSON = {
            "keys": {"counterId": plan.name, "groups": plan.group},
            "payload": {"counter": {"id": plan.name}},
        }
        return Event(
            event_id=f"{plan.name}-{version}",
            type="counted",
            entity=EntityRef("Counter", plan.name),
            seq=version,
            occurred_at=self._clock.now(),
            actor="writer",
            audience=(f"group:{plan.group}",),
            changes={"version": Change(version - 1, version)},
            data={"counted": section, "level": section},
        )
