"""The unit of work: one transaction, with its repositories, its outbox and its due work."""

from collections.abc import Sequence
from datetime import datetime

from appointments_svc.domain.errands import Errand, due_at_of, kind_of, to_payload
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Capacity
from appointments_svc.mongo.appointments import MongoAppointments, MongoDiaries
from appointments_svc.mongo.bookings import MongoBookings
from appointments_svc.mongo.records import MongoAdvisors, capacities_in, types_in
from appointments_svc.ports import RecordRepository
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.transactions import Storage, Transaction
from service_kit.storage.database import Session


class MongoWork(Transaction):
    """One transaction, with the repositories of appointments."""

    def __init__(self, storage: Storage, session: Session) -> None:
        super().__init__(storage, session)
        database = storage.database
        self._appointments = MongoAppointments(database, session)
        self._diaries = MongoDiaries(database, session)
        self._bookings = MongoBookings(database, storage.due_work, session)
        self._types = types_in(database, session)
        self._advisors = MongoAdvisors(database, session)
        self._capacities = capacities_in(database, session)

    @property
    def appointments(self) -> MongoAppointments:
        return self._appointments

    @property
    def diaries(self) -> MongoDiaries:
        return self._diaries

    @property
    def bookings(self) -> MongoBookings:
        return self._bookings

    @property
    def types(self) -> RecordRepository[AppointmentType]:
        return self._types

    @property
    def advisors(self) -> MongoAdvisors:
        return self._advisors

    @property
    def capacities(self) -> RecordRepository[Capacity]:
        return self._capacities

    async def schedule(self, errands: Sequence[Errand], due_at: datetime) -> None:
        """See to it that the errands are done: then, or when they say themselves."""
        for errand in errands:
            when = due_at_of(errand) or due_at
            item = DueItem(errand.key, kind_of(errand), when, to_payload(errand))
            await self._schedule(item)
