"""The unit of work: one transaction, with its repositories, its outbox and its due work."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from appointments_svc.domain.errands import Errand, due_at_of, kind_of, to_payload
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Capacity
from appointments_svc.mongo.appointments import MongoAppointments, MongoDiaries
from appointments_svc.mongo.bookings import MongoBookings
from appointments_svc.mongo.records import MongoAdvisors, capacities_in, types_in
from appointments_svc.ports import RecordRepository, Work
from service_kit.commands.denials import unavailable
from service_kit.commands.idempotency import Outcomes
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.envelope import Event
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.tracing import current_traceparent
from service_kit.storage.database import Contended, Database, Session
from service_kit.storage.idempotency import MongoOutcomes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Storage:
    """What every transaction of this service writes to."""

    database: Database
    outcomes: MongoOutcomes
    outbox: Outbox
    due_work: DueWork


class MongoWork:
    """One transaction."""

    def __init__(self, storage: Storage, session: Session) -> None:
        database = storage.database
        self._storage = storage
        self._session = session
        self._appointments = MongoAppointments(database, session)
        self._diaries = MongoDiaries(database, session)
        self._bookings = MongoBookings(database, storage.due_work, session)
        self._types = types_in(database, session)
        self._advisors = MongoAdvisors(database, session)
        self._capacities = capacities_in(database, session)
        self._outcomes = storage.outcomes.bind(session)

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

    @property
    def outcomes(self) -> Outcomes:
        return self._outcomes

    async def publish(self, events: Sequence[Event]) -> None:
        """Put the events into the outbox, with the trace they belong to."""
        traceparent = current_traceparent()
        traced = [replace(event, traceparent=traceparent) for event in events]
        await self._storage.outbox.append(self._session, traced)

    async def schedule(self, errands: Sequence[Errand], due_at: datetime) -> None:
        """See to it that the errands are done: then, or when they say themselves."""
        for errand in errands:
            when = due_at_of(errand) or due_at
            item = DueItem(errand.key, kind_of(errand), when, to_payload(errand))
            await self._storage.due_work.schedule(self._session, item)


class MongoUnitOfWork:
    """Runs functions in transactions."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def run(self, callback: Callable[[Work], Awaitable[T]]) -> T:
        """Run a function in one transaction, again if another writer was first.

        Refused UNAVAILABLE when others were first for too long; then nothing was written.
        """
        try:
            return await self._storage.database.transaction(
                lambda session: callback(MongoWork(self._storage, session))
            )
        except Contended as error:
            raise unavailable() from error
