"""Imported records, inside one transaction or none."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Generic

from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.mongo import indexes
from appointments_svc.mongo.record_documents import (
    advisor_document,
    advisor_of,
    capacity_document,
    capacity_of,
    type_document,
    type_of,
)
from appointments_svc.ports import RecordT
from service_kit.storage.database import Database, ReplaceOne, Session


class MongoRecords(Generic[RecordT]):
    """Records of one kind as one transaction sees them; without a session, as they are now."""

    def __init__(
        self,
        database: Database,
        name: str,
        write: Callable[[RecordT], dict[str, Any]],
        read: Callable[[dict[str, Any]], RecordT],
        session: Session | None = None,
    ) -> None:
        self._session = session
        self._collection = database.collection(name)
        self._write: Callable[[RecordT], dict[str, Any]] = write
        self._read: Callable[[dict[str, Any]], RecordT] = read

    async def get_many(self, keys: Collection[str]) -> Mapping[str, RecordT]:
        """Those that exist, by key."""
        documents = await self._collection.find(
            {"_id": {"$in": sorted(set(keys))}}, session=self._session
        )
        return {document["_id"]: self._read(document) for document in documents}

    async def find(self, condition: Mapping[str, Any]) -> Sequence[RecordT]:
        """Those that meet a condition, in order of key."""
        documents = await self._collection.find(
            dict(condition), sort=[("_id", 1)], session=self._session
        )
        return [self._read(document) for document in documents]

    async def save(self, records: Sequence[RecordT]) -> None:
        """Keep new and changed records."""
        if not records:
            return
        documents = [self._write(record) for record in records]
        await self._collection.bulk_write(
            [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in documents],
            session=self._session,
        )


class MongoAdvisors(MongoRecords[Advisor]):
    """The advisors."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        name = indexes.ADVISORS.name
        super().__init__(database, name, advisor_document, advisor_of, session)

    async def at(self, location_code: str) -> Sequence[Advisor]:
        """The advisors of a location."""
        return await self.find({"locationCode": location_code})


def types_in(database: Database, session: Session | None = None) -> MongoRecords[AppointmentType]:
    """The appointment types."""
    return MongoRecords(database, indexes.TYPES.name, type_document, type_of, session)


def capacities_in(database: Database, session: Session | None = None) -> MongoRecords[Capacity]:
    """The capacities of locations."""
    name = indexes.CAPACITIES.name
    return MongoRecords(database, name, capacity_document, capacity_of, session)
