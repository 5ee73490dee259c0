"""Appointments and diaries inside one transaction: nobody else's change is overwritten."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from appointments_svc.domain.agenda.diary import Diary
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.mongo import indexes
from appointments_svc.mongo.appointment_documents import (
    appointment_document,
    appointment_of,
    diary_document,
    diary_key,
    diary_of,
)
from appointments_svc.ports import StaleRecord
from service_kit.storage.database import Database, Session
from service_kit.storage.schema_versions import Upcasts

HOLDER_UPCASTS = Upcasts(current=1)
_BOOKED: Final = [AppointmentState.BOOKING.value, AppointmentState.CONFIRMED.value]


class MongoAppointments:
    """The appointments as one transaction sees them."""

    def __init__(self, database: Database, session: Session) -> None:
        self._session = session
        self._appointments = database.collection(indexes.APPOINTMENTS.name)
        self._holders = database.collection(indexes.HOLDERS.name)

    async def get(self, appointment_id: str) -> Appointment | None:
        """The appointment as it is now."""
        document = await self._appointments.find_one({"_id": appointment_id}, session=self._session)
        return None if document is None else appointment_of(document)

    async def add(self, found: Appointment) -> None:
        """Keep a new appointment."""
        await self._appointments.insert_one(appointment_document(found), session=self._session)

    async def save(self, before: Appointment, after: Appointment) -> None:
        """Keep a changed one; raises StaleRecord unless `before` is what is stored."""
        result = await self._appointments.replace_one(
            {"_id": before.id, "version": before.version},
            appointment_document(after),
            session=self._session,
        )
        if result.matched_count == 0:
            raise StaleRecord(before.id)

    async def count_to_come(self, holder: str, now: datetime) -> int:
        """How many places the holder keeps.

        Writing the holder's own document keeps two transactions from counting the same.
        """
        await self._holders.update_one(
            {"_id": holder},
            {"$inc": {"counted": 1}, "$setOnInsert": HOLDER_UPCASTS.stamp({})},
            upsert=True,
            session=self._session,
        )
        return await self._appointments.count(
            {
                "holder": holder,
                "$or": [
                    {"state": AppointmentState.HELD.value, "holdEnds": {"$gt": now}},
                    {"state": {"$in": _BOOKED}, "end": {"$gt": now}},
                ],
            },
            session=self._session,
        )


class MongoDiaries:
    """The diaries as one transaction sees them.

    Whoever writes a day's diary conflicts with everybody else who does: that is what keeps two
    visitors from the same place.
    """

    def __init__(self, database: Database, session: Session) -> None:
        self._session = session
        self._diaries = database.collection(indexes.DIARIES.name)

    async def get(self, location_code: str, day: date) -> Diary:
        """The diary of the day; an empty one if nothing was ever written into it."""
        document = await self._diaries.find_one(
            {"_id": diary_key(location_code, day)}, session=self._session
        )
        return Diary(location_code, day) if document is None else diary_of(document)

    async def save(self, before: Diary, after: Diary) -> None:
        """Keep a changed diary."""
        document = diary_document(replace(after, version=before.version + 1))
        if before.version == 0:
            await self._diaries.insert_one(document, session=self._session)
            return
        result = await self._diaries.replace_one(
            {"_id": document["_id"], "version": before.version}, document, session=self._session
        )
        if result.matched_count == 0:
            raise StaleRecord(str(document["_id"]))
