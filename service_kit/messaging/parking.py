"""Events that a consumer could not take, set aside with the later ones of the same entity."""

from collections.abc import Iterable
from dataclasses import dataclass

from service_kit.messaging.bus import Entry
from service_kit.storage.database import Database, Session
from service_kit.storage.indexes import CollectionDeclaration, Index

PARKED_ENTITIES = CollectionDeclaration(
    "parked_entities",
    (Index((("consumer", 1), ("parkedAt", 1)), name="age"),),
    retention="Until somebody has the events retried or discarded.",
)
PARKED_EVENTS = CollectionDeclaration(
    "parked_events",
    (Index((("consumer", 1), ("entity", 1), ("position", 1)), name="order"),),
    retention="Until somebody has the events retried or discarded.",
)
_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ParkedEntity:
    """One entity whose events wait, with the error of the first of them."""

    consumer: str
    entity: str
    error: str
    events: int

    @property
    def identifier(self) -> str:
        """What it is called at a command line."""
        return f"{self.consumer}/{self.entity}"


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """One event that waits."""

    identifier: str
    entry: Entry


class Parking:
    """What all consumers of a database have set aside."""

    def __init__(self, database: Database) -> None:
        self._entities = database.collection(PARKED_ENTITIES.name)
        self._events = database.collection(PARKED_EVENTS.name)

    async def entities(self, consumer: str | None = None, limit: int = 100) -> list[ParkedEntity]:
        """Give the entities whose events wait for a consumer, or for any; longest first."""
        documents = await self._entities.find(
            {"consumer": {"$gt": ""} if consumer is None else consumer},
            sort=[("consumer", 1), ("parkedAt", 1)],
            limit=limit,
        )
        return [
            ParkedEntity(one["consumer"], one["entity"], one["error"], one["events"])
            for one in documents
        ]

    async def release(self, identifier: str) -> bool:
        """Have a parked entity's consumer try its events again; False if it is not parked."""
        result = await self._entities.update_one({"_id": identifier}, {"$set": {"retry": True}})
        return result.matched_count == 1

    async def released(self, consumer: str, limit: int = 100) -> list[str]:
        """Give the entities that a consumer is to try again, and have it told no more."""
        documents = await self._entities.find(
            {"consumer": consumer, "retry": True}, projection=["entity"], limit=limit
        )
        keys = [document["_id"] for document in documents]
        if keys:
            await self._entities.update_many({"_id": {"$in": keys}}, {"$unset": {"retry": ""}})
        return [document["entity"] for document in documents]

    async def discard(self, session: Session, identifier: str) -> bool:
        """Give up one parked event, and have the later ones tried; or all events of an entity.

        False if neither is parked under that name.
        """
        event = await self._events.find_one({"_id": identifier}, session=session)
        if event is not None:
            consumer, entity = event["consumer"], event["entity"]
            await self.take_out(session, consumer, entity, identifier)
            await self._entities.update_one(
                {"_id": f"{consumer}/{entity}"}, {"$set": {"retry": True}}, session=session
            )
            return True
        document = await self._entities.find_one({"_id": identifier}, session=session)
        if document is None:
            return False
        which = {"consumer": document["consumer"], "entity": document["entity"]}
        await self._events.delete_many(which, session=session)
        await self._entities.delete_one({"_id": identifier}, session=session)
        return True

    async def closed(
        self, session: Session, consumer: str, entities: Iterable[str]
    ) -> frozenset[str]:
        """Give those of the entities that have events waiting."""
        keys = [f"{consumer}/{entity}" for entity in set(entities)]
        documents = await self._entities.find(
            {"_id": {"$in": keys}}, projection=["entity"], session=session
        )
        return frozenset(document["entity"] for document in documents)

    async def park(
        self, session: Session, consumer: str, entity: str, entry: Entry, error: str
    ) -> None:
        """Set an event aside; an entity already closed keeps its first error."""
        # Whoever parks and whoever reopens write the same document, so neither overlooks the
        # other's events.
        await self._entities.update_one(
            {"_id": f"{consumer}/{entity}"},
            {
                "$inc": {"events": 1},
                "$setOnInsert": {
                    "consumer": consumer,
                    "entity": entity,
                    "error": error[:_ERROR_LENGTH],
                    "schemaVersion": 1,
                },
                "$currentDate": {"parkedAt": True},
            },
            upsert=True,
            session=session,
        )
        await self._events.insert_one(
            {
                "_id": f"{consumer}/{entry.stream}/{entry.position}",
                "consumer": consumer,
                "entity": entity,
                "stream": entry.stream,
                "position": entry.position,
                "payload": entry.payload.decode(),
                "schemaVersion": 1,
            },
            session=session,
        )

    async def events(
        self, consumer: str, entity: str, *, limit: int = 100, session: Session | None = None
    ) -> list[ParkedEvent]:
        """Give an entity's waiting events, the oldest first."""
        documents = await self._events.find(
            {"consumer": consumer, "entity": entity},
            sort=[("position", 1)],
            limit=limit,
            session=session,
        )
        return [
            ParkedEvent(
                document["_id"],
                Entry(document["stream"], document["position"], document["payload"].encode()),
            )
            for document in documents
        ]

    async def take_out(self, session: Session, consumer: str, entity: str, identifier: str) -> bool:
        """Remove one waiting event; the entity reopens with the last. False if it is gone."""
        result = await self._events.delete_one({"_id": identifier}, session=session)
        if result.deleted_count == 0:
            return False
        key = f"{consumer}/{entity}"
        await self._entities.update_one({"_id": key}, {"$inc": {"events": -1}}, session=session)
        await self._entities.delete_one({"_id": key, "events": {"$lte": 0}}, session=session)
        return True

    async def explain(self, consumer: str, entity: str, error: str) -> None:
        """Note why a retry failed."""
        await self._entities.update_one(
            {"_id": f"{consumer}/{entity}"}, {"$set": {"error": error[:_ERROR_LENGTH]}}
        )
