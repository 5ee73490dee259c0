"""Bookings that inventory has not answered, inside one transaction."""

from datetime import datetime
from typing import Any

from appointments_svc.domain.errands import BOOKING
from appointments_svc.mongo import indexes
from appointments_svc.ports import Booking
from service_kit.commands.idempotency import IdempotentRequest, key_reused
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.storage.database import Database, Session
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


class MongoBookings:
    """The bookings as one transaction sees them, each with its due work."""

    def __init__(self, database: Database, due_work: DueWork, session: Session) -> None:
        self._session = session
        self._due_work = due_work
        self._bookings = database.collection(indexes.BOOKINGS.name)

    async def of(self, request: IdempotentRequest) -> Booking | None:
        """The booking that this command has begun; its key with another input is refused."""
        found = await self._bookings.find_one({"_id": request.identifier}, session=self._session)
        if found is None:
            return None
        booking = _booking_of(found)
        if booking.request.fingerprint != request.fingerprint:
            raise key_reused()
        return booking

    async def get(self, appointment_id: str) -> Booking | None:
        """The booking of that appointment."""
        found = await self._bookings.find_one(
            {"appointmentId": appointment_id}, session=self._session
        )
        return None if found is None else _booking_of(found)

    async def begin(self, booking: Booking, due_at: datetime) -> None:
        """Keep it, and see to it that somebody ends it if nobody has by then."""
        await self._bookings.insert_one(_document(booking), session=self._session)
        payload = {"appointmentId": booking.appointment_id}
        item = DueItem(_item(booking), BOOKING, due_at, payload)
        await self._due_work.schedule(self._session, item)

    async def end(self, booking: Booking) -> None:
        """Remove it."""
        identifier = booking.request.identifier
        await self._bookings.delete_one({"_id": identifier}, session=self._session)
        await self._due_work.cancel(self._session, _item(booking))


def _item(booking: Booking) -> str:
    return f"{booking.appointment_id}.booking"


def _document(booking: Booking) -> dict[str, Any]:
    request = booking.request
    return UPCASTS.stamp(
        {
            "_id": request.identifier,
            "appointmentId": booking.appointment_id,
            "scope": request.scope,
            "mutation": request.mutation,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "actor": booking.actor,
            "wasHeld": booking.was_held,
        }
    )


def _booking_of(document: dict[str, Any]) -> Booking:
    document = UPCASTS.upcast(document)
    request = IdempotentRequest(
        document["scope"], document["mutation"], document["key"], document["fingerprint"]
    )
    return Booking(
        request, document["appointmentId"], document["actor"], was_held=document["wasHeld"]
    )
