"""Where each partition's log stands: positions are given once, in order, by one owner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from service_kit.messaging.bus import FencedOut
from service_kit.messaging.log_head import OtherPartitions
from service_kit.messaging.outbox import OUTBOX, UPCASTS
from service_kit.runtime.crash_points import Reached
from service_kit.storage.database import (
    Blocked,
    Database,
    Document,
    DuplicateKey,
    Session,
    UpdateOne,
    session_name,
)
from service_kit.storage.indexes import CollectionDeclaration

POSITIONS = CollectionDeclaration(
    "positions", (), retention="For ever: one document for each partition, and one for the log."
)
_ROWS_AT_ONCE = 200
_ALIVE = timedelta(seconds=1)
"""A transaction of an owner that lives is over long before."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the owner of a partition knows: its fence and the last position given."""

    fence: int
    given: int


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive events of one partition, as JSON, from position `first` on."""

    partition: int
    first: int
    payloads: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.payloads) - 1


class Positions:
    """The positions of one service's partitions, and the rows that hold them."""

    def __init__(self, database: Database, service: str, reached: Reached) -> None:
        self._database = database
        self._rows = database.collection(OUTBOX.name)
        self._counters = database.collection(POSITIONS.name)
        self._service = service
        self._reached = reached
        self._session = database.session()
        self._session_name = session_name(self._session)

    async def identity(self, proposed: str, partitions: int) -> str:
        """Give the log's identity, which is what was proposed first, as was their number.

        Raise OtherPartitions if this is another number: entities would change their partition, and
        nothing would keep their events in order.
        """
        document = await self._counters.find_one_and_update(
            {"_id": f"{self._service}:log"},
            [
                {
                    "$set": {
                        "identity": {"$ifNull": ["$identity", {"$literal": proposed}]},
                        "partitions": {"$ifNull": ["$partitions", partitions]},
                        "schemaVersion": 1,
                    }
                }
            ],
            upsert=True,
        )
        if document is None:
            return proposed
        if document["partitions"] != partitions:
            raise OtherPartitions(self._service, document["partitions"], partitions)
        return str(document["identity"])

    async def adopt(self, partition: int, fence: int) -> Standing:
        """Become the owner under `fence`: whoever owned before can give no position any more.

        Not even in a transaction under way: one that died in it would block this for a minute.
        """
        key = self._key(partition)
        try:
            document = await self._raise_fence(key, fence, at_most=_ALIVE)
        except Blocked:
            await self._end_transaction_of_owner(key)
            document = await self._raise_fence(key, fence)
        if document is None:
            try:
                await self._counters.insert_one(
                    {"_id": key, "given": 0, "schemaVersion": 1, **self._mine(fence)}
                )
            except DuplicateKey:
                document = await self._raise_fence(key, fence)
                if document is None:
                    newer = await self._counters.find_one({"_id": key})
                    raise FencedOut(key, newer["fence"] if newer else 0) from None
        return Standing(fence, document["given"] if document else 0)

    async def jump(self, partition: int, standing: Standing, given: int) -> Standing:
        """Go on after `given`, because the stream has positions that this database never gave."""
        result = await self._counters.update_one(
            {"_id": self._key(partition), "fence": standing.fence}, {"$max": {"given": given}}
        )
        if result.matched_count == 0:
            raise FencedOut(self._key(partition))
        return Standing(standing.fence, given)

    async def give(self, standings: Mapping[int, Standing], limit: int) -> list[Run]:
        """Give positions to the oldest waiting rows, all in one transaction.

        Raise FencedOut, and change nothing, if one of their partitions has a newer owner.
        """

        async def once(session: Session) -> list[Run]:
            rows = await self._rows.find(
                {"pending": True, "partition": {"$in": list(standings)}},
                sort=[("order", 1), ("_id", 1)],
                limit=limit,
                session=session,
            )
            self._reached("relay.rows_read")
            if not rows:
                return []
            runs, writes = _number(rows, standings)
            await self._count_on(runs, standings, session)
            self._reached("relay.counters_written")
            await self._rows.bulk_write(writes, session=session)
            self._reached("relay.rows_written")
            return runs

        return await self._database.transaction(once, session=self._session)

    async def waiting(self, partitions: list[int]) -> bool:
        """Say whether any row waits for a position."""
        row = await self._rows.find_one(
            {"pending": True, "partition": {"$in": partitions}}, projection=["_id"]
        )
        return row is not None

    async def run_from(self, partition: int, position: int) -> Run | None:
        """Give some of the events from `position`, or from the oldest still kept, on.

        They end where a jump has left a hole: what follows that is another run.
        """
        rows = await self._rows.find(
            {"partition": partition, "last": {"$gte": max(position, 1)}},
            sort=[("last", 1)],
            limit=_ROWS_AT_ONCE,
        )
        if not rows:
            return None
        first = rows[0]["last"] - len(rows[0]["events"]) + 1
        payloads = [payload for row in _unbroken(rows) for payload in row["events"]]
        skipped = max(0, position - first)
        return Run(partition, first + skipped, tuple(payloads[skipped:]))

    async def prune(self, partition: int, retention: timedelta) -> int:
        """Delete the rows whose positions are older than `retention`, oldest first, no hole."""
        milliseconds = int(retention / timedelta(milliseconds=1))
        kept = await self._rows.find(
            {
                "partition": partition,
                "last": {"$gte": 1},
                "$expr": {"$gt": ["$positionedAt", {"$subtract": ["$$NOW", milliseconds]}]},
            },
            projection=["last"],
            sort=[("last", 1)],
            limit=1,
        )
        over: dict[str, int] = {"$gte": 1}
        if kept:
            over["$lt"] = kept[0]["last"]
        result = await self._rows.delete_many({"partition": partition, "last": over})
        return result.deleted_count

    def _key(self, partition: int) -> str:
        return f"{self._service}:{partition}"

    def _mine(self, fence: int) -> dict[str, Any]:
        return {"fence": fence, "session": self._session_name}

    async def _raise_fence(
        self, key: str, fence: int, at_most: timedelta | None = None
    ) -> Document | None:
        return await self._counters.find_one_and_update(
            {"_id": key, "fence": {"$lte": fence}}, {"$set": self._mine(fence)}, at_most=at_most
        )

    async def _end_transaction_of_owner(self, key: str) -> None:
        document = await self._counters.find_one({"_id": key}, projection=["session"])
        session = (document or {}).get("session")
        if session is not None and session != self._session_name:
            _log.warning("relay.owner_died_in_transaction", partition=key)
            await self._database.end_transaction_of(session)

    async def _count_on(
        self, runs: list[Run], standings: Mapping[int, Standing], session: Session
    ) -> None:
        result = await self._counters.bulk_write(
            [
                UpdateOne(
                    {
                        "_id": self._key(run.partition),
                        "fence": standings[run.partition].fence,
                        "given": run.first - 1,
                    },
                    {"$set": {"given": run.last}},
                )
                for run in runs
            ],
            session=session,
        )
        if result is None or result.matched_count != len(runs):
            raise FencedOut("A partition")


def _unbroken(rows: list[Document]) -> Iterator[Document]:
    """Give the rows up to the first that does not follow the one before."""
    end = None
    for row in map(UPCASTS.upcast, rows):
        if end is not None and row["last"] - len(row["events"]) != end:
            return
        end = row["last"]
        yield row


def _number(
    rows: list[Document], standings: Mapping[int, Standing]
) -> tuple[list[Run], list[UpdateOne]]:
    """Give each row the next positions of its partition."""
    payloads: dict[int, list[str]] = {}
    writes = []
    for row in rows:
        partition = row["partition"]
        run = payloads.setdefault(partition, [])
        run.extend(UPCASTS.upcast(row)["events"])
        writes.append(
            UpdateOne(
                {"_id": row["_id"], "pending": True},
                {
                    "$set": {"last": standings[partition].given + len(run)},
                    "$unset": {"pending": ""},
                    "$currentDate": {"positionedAt": True},
                },
            )
        )
    runs = [
        Run(partition, standings[partition].given + 1, tuple(run))
        for partition, run in payloads.items()
    ]
    return runs, writes
