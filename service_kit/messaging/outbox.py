"""Events waiting to be told, written in the transaction of the change they tell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from bson.timestamp import Timestamp

from service_kit.messaging.envelope import Event, partition_of
from service_kit.runtime.tracing import current_traceparent
from service_kit.storage.database import Database, Document, Session
from service_kit.storage.indexes import CollectionDeclaration, Index
from service_kit.storage.schema_versions import Upcasts

OUTBOX = CollectionDeclaration(
    "outbox",
    (
        Index((("partition", 1), ("order", 1)), partial={"pending": True}, name="pending"),
        Index((("partition", 1), ("last", 1)), partial={"last": {"$gt": 0}}, name="positions"),
    ),
    retention="Seven days after the relay gave the row its positions.",
    shard_key=(("partition", 1),),
)
UPCASTS = Upcasts(current=1)
_EVENTS_PER_ROW = 100


class Outbox:
    """The outbox of one service.

    A row holds the events that one commit has for one partition; the relay gives it one
    position for each. Rows are in the order of `order`: the cluster time the transaction had
    seen, which is later than that of every commit it builds on, whatever the processes' clocks.
    """

    def __init__(self, database: Database, service: str, partitions: int) -> None:
        self._database = database
        self._collection = database.collection(OUTBOX.name)
        self._listeners: list[Callable[[frozenset[int]], None]] = []
        self.service = service
        self.partitions = partitions

    def on_commit(self, listener: Callable[[frozenset[int]], None]) -> None:
        """Have `listener` told the partitions of each commit of this process."""
        self._listeners.append(listener)

    async def append(self, session: Session, events: Sequence[Event]) -> None:
        """Write events to be told once the session's transaction commits; their order stays."""
        if not events:
            return
        order, traceparent = await self._order(session), current_traceparent()
        shares: dict[int, list[Event]] = {}
        for event in events:
            if event.traceparent is None:
                event = replace(event, traceparent=traceparent)  # noqa: PLW2901
            shares.setdefault(partition_of(event.entity, self.partitions), []).append(event)
        rows = [
            _row(partition, share[start : start + _EVENTS_PER_ROW], order)
            for partition, share in shares.items()
            for start in range(0, len(share), _EVENTS_PER_ROW)
        ]
        await self._collection.insert_many(rows, session=session)
        self._database.after_commit(session, lambda: self._tell(frozenset(shares)))

    async def pending(self) -> int:
        """Count the rows that the relay has not taken up yet."""
        return await self._collection.count({"pending": True, "partition": {"$gte": 0}})

    def _tell(self, partitions: frozenset[int]) -> None:
        for listener in self._listeners:
            listener(partitions)

    async def _order(self, session: Session) -> Timestamp:
        if session.cluster_time is None:  # the transaction has asked the server nothing yet
            await self._collection.find_one({"_id": ""}, session=session)
        seen = session.cluster_time
        if seen is None:
            raise RuntimeError("The outbox needs a replica set.")
        order: Timestamp = seen["clusterTime"]
        return order


def _row(partition: int, events: Sequence[Event], order: Timestamp) -> Document:
    row: dict[str, Any] = {
        "_id": events[0].event_id,
        "partition": partition,
        "order": order,
        "pending": True,
        "events": [orjson.dumps(event.to_json()).decode() for event in events],
    }
    return UPCASTS.stamp(row)
