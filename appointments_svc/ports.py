"""What the use-cases need of the outside, as protocols."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from appointments_svc.domain.agenda.diary import Diary
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Appointment, Product, Visitor
from appointments_svc.domain.errands import Errand
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.rights.visibility import Visibility
from service_kit.commands.idempotency import IdempotentRequest, Outcomes
from service_kit.messaging.envelope import Event

T = TypeVar("T")
RecordT = TypeVar("RecordT", AppointmentType, Advisor, Capacity)


class StaleRecord(Exception):
    """Something was changed by somebody else since it was read; read it again."""


class OrdersUnavailable(Exception):
    """Orders did not answer."""


class InventoryUnavailable(Exception):
    """Inventory did not say what it did: ask again, same key."""


@dataclass(frozen=True, slots=True)
class CustomerBy:
    """One customer: exactly one of the two is given."""

    id: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a customer; every field may be unknown or erased."""

    email: str | None = None
    phone: str | None = None
    language: str | None = None
    given_name: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Inventory keeps products under that id, until then."""

    reservation_id: str
    until: datetime | None


class Orders(Protocol):
    """The orders and their customers. Every call raises OrdersUnavailable without an answer."""

    async def visitor(self, by: CustomerBy) -> Visitor | None:
        """The customer, if orders know one."""

    async def customer_of_order(self, order_id: str) -> tuple[bool, str | None]:
        """Whether there is such an order, and the id of its customer."""

    async def contact(self, customer_id: str) -> Contact | None:
        """How to reach the customer."""


class Inventory(Protocol):
    """The locations and their stock. Every call raises InventoryUnavailable without an answer."""

    async def sites(self, codes: Collection[str]) -> Mapping[str, Site]:
        """Those of the locations that exist, by code."""

    async def keep(self, key: str, location_code: str, products: Sequence[Product]) -> Kept:
        """Keep all the products or none, once per key; raises Refusal or RefusedAll."""

    async def release(self, key: str, reservation_id: str) -> None:
        """Give what is kept back, once per key."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking that inventory has not answered, and the command to which it belongs."""

    request: IdempotentRequest
    appointment_id: str
    actor: str
    was_held: bool


class AppointmentRepository(Protocol):
    """Appointments, inside one transaction."""

    async def get(self, appointment_id: str) -> Appointment | None:
        """The appointment as it is now."""

    async def add(self, found: Appointment) -> None:
        """Keep a new appointment."""

    async def save(self, before: Appointment, after: Appointment) -> None:
        """Keep a changed one; raises StaleRecord unless `before` is what is stored."""

    async def count_to_come(self, holder: str, now: datetime) -> int:
        """How many places the holder keeps; of two who count for one holder the second waits."""


class DiaryRepository(Protocol):
    """Diaries, inside one transaction."""

    async def get(self, location_code: str, day: date) -> Diary:
        """The diary of the day; an empty one if nothing was ever written into it."""

    async def save(self, before: Diary, after: Diary) -> None:
        """Keep a changed diary; of two writers the second reads it again."""


class BookingRepository(Protocol):
    """Bookings that inventory has not answered, inside one transaction."""

    async def of(self, request: IdempotentRequest) -> Booking | None:
        """The booking that this command has begun and not ended."""

    async def get(self, appointment_id: str) -> Booking | None:
        """The booking of that appointment."""

    async def begin(self, booking: Booking, due_at: datetime) -> None:
        """Keep it, and see to it that somebody ends it if nobody has by then."""

    async def end(self, booking: Booking) -> None:
        """Remove it."""


class RecordRepository(Protocol[RecordT]):
    """Imported records of one kind, inside one transaction."""

    async def get_many(self, keys: Collection[str]) -> Mapping[str, RecordT]:
        """Those that exist, by key."""

    async def save(self, records: Sequence[RecordT]) -> None:
        """Keep new and changed records."""


class AdvisorRepository(RecordRepository[Advisor], Protocol):
    """The advisors, inside one transaction."""

    async def at(self, location_code: str) -> Sequence[Advisor]:
        """The advisors of a location."""


class Work(Protocol):
    """One transaction: what it reads is of one moment, what it writes is kept whole or not."""

    @property
    def appointments(self) -> AppointmentRepository: ...

    @property
    def diaries(self) -> DiaryRepository: ...

    @property
    def bookings(self) -> BookingRepository: ...

    @property
    def types(self) -> RecordRepository[AppointmentType]: ...

    @property
    def advisors(self) -> AdvisorRepository: ...

    @property
    def capacities(self) -> RecordRepository[Capacity]: ...

    @property
    def outcomes(self) -> Outcomes: ...

    async def publish(self, events: Sequence[Event]) -> None:
        """Tell the world once the transaction is kept."""

    async def schedule(self, errands: Sequence[Errand], due_at: datetime) -> None:
        """See to it that the errands are done: then, or when they say themselves."""


class UnitOfWork(Protocol):
    """Runs a function in one transaction, again if another writer was first."""

    async def run(self, callback: Callable[[Work], Awaitable[T]]) -> T: ...


class ErrandRunner(Protocol):
    """Work that is due and was scheduled: done now if nobody else has taken it up."""

    async def run_now(self, identifier: str) -> bool:
        """Whether it was done by this call."""


@dataclass(frozen=True, slots=True)
class AppointmentFilter:
    """Which appointments to list; what is not given does not restrict."""

    states: frozenset[AppointmentState] = field(default_factory=frozenset)
    customer_id: str | None = None
    location_code: str | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """So many rows by start, the latest first unless said, after the row with start and id."""

    limit: int
    after: tuple[datetime, str] | None = None
    soonest_first: bool = False


class AppointmentReader(Protocol):
    """Reads without a transaction, for queries; in batches, so that a page is few reads."""

    async def appointments(self, ids: Collection[str]) -> Mapping[str, Appointment]:
        """The appointments that exist, by id."""

    async def appointments_of_orders(
        self, order_ids: Collection[str]
    ) -> Mapping[str, Sequence[Appointment]]:
        """The appointments of orders, by order id, the latest first."""

    async def list_appointments(
        self, visibility: Visibility, wanted: AppointmentFilter, page: Page
    ) -> Sequence[Appointment]:
        """A page of them."""

    async def count_appointments(
        self, visibility: Visibility, wanted: AppointmentFilter, most: int
    ) -> int:
        """How many there are, counted up to `most`."""

    async def states_at(
        self, location_code: str, starts_from: datetime, starts_before: datetime
    ) -> Mapping[AppointmentState, int]:
        """How many visits of a location that begin in a time are in each state."""

    async def types(self) -> Sequence[AppointmentType]:
        """Every type, by code."""

    async def advisors_at(self, codes: Collection[str]) -> Mapping[str, Sequence[Advisor]]:
        """The advisors of locations, by location code."""

    async def advisors(self, codes: Collection[str]) -> Mapping[str, Advisor]:
        """The advisors that exist, by code."""

    async def capacities(self, codes: Collection[str]) -> Mapping[str, Capacity]:
        """The capacities of locations, by location code."""

    async def diaries(self, keys: Collection[tuple[str, date]]) -> Mapping[tuple[str, date], Diary]:
        """The diaries that exist, by location code and day."""
