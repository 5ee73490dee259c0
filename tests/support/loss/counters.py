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
from tests.support.loss.commits import Commits
from tests.support.loss.wishes import Subject

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

    @property
    def subject(self) -> Subject:
        """What its events are about."""
        return Subject(self.name, {"counter": self.name, "groups": self.group})


async def migrate(database: Database) -> None:
    """Create the collections of the service."""
    await ensure_indexes(database, DECLARATIONS)


class Counting(Commits):
    """Count all counters on to their targets, several commits at a time.

    Each count is guarded by the target, and the truth is what MongoDB holds: a commit whose
    outcome nobody heard of has either happened or not.
    """

    def __init__(self, database: Database, bus: Bus, plans: Sequence[CounterPlan]) -> None:
        super().__init__()
        self._database = database
        self._bus = bus
        self._counters = database.collection(COUNTERS.name)
        self._outbox = Outbox(database, SERVICE, PARTITIONS)
        self._clock = SystemClock()
        self._plans = {plan.name: plan for plan in plans}
        self._open = dict(self._plans)

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

    async def truth(self) -> Mapping[Subject, int]:
        """What MongoDB holds, which is every target once all is written."""
        found = await self._counters.find({})
        versions = {document["_id"]: document["version"] for document in found}
        missing = [plan for plan in self._plans.values() if versions[plan.name] != plan.target]
        assert self.are_busy or not missing
        return {plan.subject: versions[plan.name] for plan in self._plans.values()}

    async def _write(self, mine: Sequence[str], random: Random) -> None:
        while True:
            await self.room()
            still = [name for name in mine if name in self._open]
            if not still:
                return
            names = random.sample(still, min(len(still), random.randint(1, _MOST_AT_ONCE)))
            try:
                counted = await self._commit([self._plans[name] for name in names])
            except (StorageError, Contended):
                await asyncio.sleep(0.05)  # the primary is away
                continue
            await self._note(counted)

    async def _note(self, counted: Mapping[str, int]) -> None:
        for name, version in counted.items():
            if not version or version >= self._plans[name].target:
                self._open.pop(name, None)
        await self.note(sum(bool(version) for version in counted.values()))
        try:
            await self._bus.notify(f"wake:{SERVICE}")  # as the relay of a committing process does
        except BusUnavailable:
            return  # the relay looks by itself

    async def _commit(self, plans: Sequence[CounterPlan]) -> Mapping[str, int]:
        async def once(session: Session) -> dict[str, int]:
            wanted = {"_id": {"$in": [plan.name for plan in plans]}}
            found = await self._counters.find(wanted, session=session)
            versions = {document["_id"]: document["version"] for document in found}
            due = [plan for plan in plans if versions[plan.name] < plan.target]
            if due:
                those = {"_id": {"$in": [plan.name for plan in due]}}
                await self._counters.update_many(those, {"$inc": {"version": 1}}, session=session)
            counted = {plan.name: versions[plan.name] + 1 for plan in due}
            events = [self._event(plan, counted[plan.name]) for plan in due]
            await self._outbox.append(session, events)
            return dict.fromkeys((plan.name for plan in plans), 0) | counted

        return await self._database.transaction(once)

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
