"""Work to be done later: a document with a due time, written with the change that needs it.

The due time is the domain's, by the clock handed in; who may do the work is a claim by the
database's time.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from service_kit.runtime.clock import Clock
from service_kit.runtime.json_values import JSON
from service_kit.storage.database import Database, Document, Session
from service_kit.storage.indexes import CollectionDeclaration, Index
from service_kit.storage.schema_versions import Upcasts

DUE_WORK = CollectionDeclaration(
    "due_work",
    (Index((("state", 1), ("nextAt", 1)), name="next"),),
    retention="Until it is done or cancelled; parked work until somebody decides.",
)
UPCASTS = Upcasts(current=1)

WAITING, PARKED = "WAITING", "PARKED"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class ClaimLost(Exception):
    """The item is another worker's by now, or cancelled: its effect must not be written."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """One piece of work: `kind` chooses the handler, `payload` holds ids and small values.

    `attempts` and `claim` are the worker's: how often it was begun, and this worker's right.
    """

    identifier: str
    kind: str
    due_at: datetime
    payload: Mapping[str, JSON] = field(default_factory=dict)
    attempts: int = 0
    claim: str = ""


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """Work that failed too often, with the last error."""

    item: DueItem
    error: str


GivenUp: TypeAlias = Callable[[Session, DueItem], Awaitable[None]]
"""Writes what follows from an item that nobody will do, in the transaction that deletes it."""
NOBODY: Mapping[str, GivenUp] = MappingProxyType({})
"""Nothing follows, of whatever kind it is."""


class DueWork:
    """The due work of one service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._collection = database.collection(DUE_WORK.name)
        self._clock = clock
        self._listeners: list[Callable[[datetime], None]] = []

    def on_scheduled(self, listener: Callable[[datetime], None]) -> None:
        """Have `listener` told the due time of each item that a commit of this process holds."""
        self._listeners.append(listener)

    async def schedule(self, session: Session, item: DueItem) -> None:
        """Write the item in the session's transaction, in place of one of the same identifier."""
        document = {
            "_id": item.identifier,
            "kind": item.kind,
            "dueAt": item.due_at,
            "nextAt": item.due_at,
            "payload": dict(item.payload),
            "state": WAITING,
            "attempts": 0,
            "claim": "",
            "claimUntil": LONG_AGO,
            "error": "",
        }
        await self._collection.replace_one(
            {"_id": item.identifier}, UPCASTS.stamp(document), upsert=True, session=session
        )
        self._database.after_commit(session, lambda: self._tell(item.due_at))

    async def cancel(self, session: Session, identifier: str) -> bool:
        """Delete the item in the session's transaction, claimed or not; False if there is none."""
        result = await self._collection.delete_one({"_id": identifier}, session=session)
        return result.deleted_count == 1

    async def progressed(self, session: Session, identifier: str) -> None:
        """Count attempts anew from what has been achieved, in the transaction that achieves it."""
        await self._collection.update_one(
            {"_id": identifier, "attempts": {"$gt": 1}}, {"$set": {"attempts": 1}}, session=session
        )

    async def finish(self, session: Session, item: DueItem) -> None:
        """Delete a claimed item in the transaction of its effect; raise ClaimLost if it is lost."""
        result = await self._collection.delete_one(
            {"_id": item.identifier, "claim": item.claim}, session=session
        )
        if result.deleted_count == 0:
            raise ClaimLost(item.identifier)

    async def find(self, identifier: str) -> DueItem | None:
        """Give an item that is not done yet."""
        document = await self._collection.find_one({"_id": identifier})
        return None if document is None else item_of(document)

    async def parked(self, limit: int = 100) -> list[ParkedItem]:
        """Give the work that waits for somebody's decision, longest due first."""
        documents = await self._collection.find(
            {"state": PARKED}, sort=[("nextAt", 1)], limit=limit
        )
        return [ParkedItem(item_of(document), document["error"]) for document in documents]

    async def parked_among(self, identifiers: Collection[str]) -> Mapping[str, datetime]:
        """Give those of the items that wait for somebody's decision, and since when."""
        wanted = {"_id": {"$in": list(identifiers)}, "state": PARKED}
        documents = await self._collection.find(wanted, projection=["nextAt"])
        return {document["_id"]: document["nextAt"] for document in documents}

    async def release(self, identifier: str) -> bool:
        """Have parked work tried again from its first attempt; False if it is not parked."""
        now = self._clock.now()
        result = await self._collection.update_one(
            {"_id": identifier, "state": PARKED},
            {"$set": {"state": WAITING, "attempts": 0, "nextAt": now}},
        )
        self._tell(now)
        return result.matched_count == 1

    async def discard(
        self, session: Session, identifier: str, given_up: Mapping[str, GivenUp] = NOBODY
    ) -> bool:
        """Give parked work up, and tell whoever depends on its kind; False if it is not parked."""
        found = await self._collection.find_one(
            {"_id": identifier, "state": PARKED}, session=session
        )
        if found is None:
            return False
        await self._collection.delete_one({"_id": identifier}, session=session)
        item = item_of(found)
        if item.kind in given_up:
            await given_up[item.kind](session, item)
        return True

    def _tell(self, due_at: datetime) -> None:
        for listener in self._listeners:
            listener(due_at)


def item_of(document: Document) -> DueItem:
    """Give the item that a document holds."""
    document = UPCASTS.upcast(document)
    return DueItem(
        identifier=document["_id"],
        kind=document["kind"],
        due_at=document["dueAt"],
        payload=document["payload"],
        attempts=document["attempts"],
        claim=document["claim"],
    )
