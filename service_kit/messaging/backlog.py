"""What waits in a service: untold events, overdue and parked work, consumers that lag."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge

from service_kit.messaging.bus import Bus
from service_kit.messaging.consumer import Consumer
from service_kit.messaging.due_work import DUE_WORK, PARKED, WAITING
from service_kit.messaging.outbox import OUTBOX
from service_kit.messaging.parking import PARKED_ENTITIES
from service_kit.messaging.standings import CURSORS
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database

_MOST_COUNTED = 10_000
_UNTOLD = {"pending": True, "partition": {"$gte": 0}}  # the partition leads the index


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits; counts stop at ten thousand, ages are in seconds."""

    untold_commits: int
    oldest_untold: float
    overdue_work: int
    parked_work: int
    parked_events: dict[str, int]
    """Events set aside, by consumer."""
    behind: dict[tuple[str, str], int]
    """Events not taken yet, by consumer and stream."""


class Backlog:
    """Measures and shows what waits; have `measure` called every few seconds.

    Of `consumers` it says how far they are behind before they have ever taken anything, too.
    """

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        process: str,
        registry: CollectorRegistry,
        consumers: Iterable[Consumer] = (),
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._process = process
        self._declared = [(one.name, stream) for one in consumers for stream in one.streams]
        self._parked_once: dict[str, int] = {}

        def gauge(name: str, explanation: str, *labels: str) -> Gauge:
            return Gauge(f"tutti_{name}", explanation, ("process", *labels), registry=registry)

        self._untold = gauge("outbox_waiting", "Commits whose events are not in a stream yet.")
        self._oldest = gauge("outbox_oldest_seconds", "Age of the oldest of those commits.")
        self._overdue = gauge("due_work_overdue", "Items whose time has come.")
        self._parked_work = gauge("due_work_parked", "Items that failed too often.")
        self._parked_events = gauge(
            "events_parked", "Events that a consumer could not take.", "consumer"
        )
        self._behind = gauge(
            "consumer_behind", "Events of a stream not taken yet.", "consumer", "stream"
        )

    async def measure(self) -> Waiting:
        """Look, set the gauges and give what was seen."""
        waiting = Waiting(
            untold_commits=await self._count(OUTBOX.name, _UNTOLD),
            oldest_untold=await self._age_of_oldest(),
            overdue_work=await self._count(
                DUE_WORK.name, {"state": WAITING, "nextAt": {"$lte": self._clock.now()}}
            ),
            parked_work=await self._count(DUE_WORK.name, {"state": PARKED}),
            parked_events=await self._count_parked_events(),
            behind=await self._how_far_behind(),
        )
        self._show(waiting)
        return waiting

    async def _count(self, collection: str, which: Mapping[str, object]) -> int:
        return await self._database.collection(collection).count(which, limit=_MOST_COUNTED)

    async def _count_parked_events(self) -> dict[str, int]:
        """Count by consumer; those that had some and have none are told too."""
        found = await self._database.collection(PARKED_ENTITIES.name).aggregate(
            [
                {"$match": {"consumer": {"$gt": ""}}},
                {"$limit": _MOST_COUNTED},
                {"$group": {"_id": "$consumer", "events": {"$sum": "$events"}}},
            ]
        )
        self._parked_once |= dict.fromkeys((one["_id"] for one in found), 0)
        return {**self._parked_once, **{one["_id"]: one["events"] for one in found}}

    async def _age_of_oldest(self) -> float:
        oldest = await self._database.collection(OUTBOX.name).aggregate(
            [
                {"$match": _UNTOLD},
                {"$group": {"_id": None, "order": {"$min": "$order"}}},
                {"$project": {"age": {"$subtract": ["$$NOW", {"$toDate": "$order"}]}}},
            ]
        )
        return max(0.0, oldest[0]["age"] / 1000) if oldest else 0.0

    async def _how_far_behind(self) -> dict[tuple[str, str], int]:
        cursors = await self._database.collection(CURSORS.name).find({})
        positions = {tuple(one["_id"].split("/", 1)): one["position"] for one in cursors}
        places = {*positions, *self._declared}
        if not places:
            return {}
        bounds = await self._bus.bounds(sorted({stream for _, stream in places}))
        return {
            (consumer, stream): max(0, last - positions.get((consumer, stream), first - 1))
            for consumer, stream in sorted(places)
            for first, last in [(max(1, bounds[stream].first), bounds[stream].last)]
        }

    def _show(self, waiting: Waiting) -> None:
        self._untold.labels(self._process).set(waiting.untold_commits)
        self._oldest.labels(self._process).set(waiting.oldest_untold)
        self._overdue.labels(self._process).set(waiting.overdue_work)
        self._parked_work.labels(self._process).set(waiting.parked_work)
        for consumer, events in waiting.parked_events.items():
            self._parked_events.labels(self._process, consumer).set(events)
        for (consumer, stream), events in waiting.behind.items():
            self._behind.labels(self._process, consumer, stream).set(events)
