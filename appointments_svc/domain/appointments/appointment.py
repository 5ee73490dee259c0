"""An appointment: who comes where and when, for what, and how far it has come."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from appointments_svc.domain.agenda.diary import Commitment, Taken
from appointments_svc.domain.kinds.form import Answer
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState, step
from retail_kit.calendars.opening_hours import Period


@dataclass(frozen=True, slots=True)
class Product:
    """Units of an item that are to lie ready."""

    line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes, as orders know them."""

    id: str
    ref: str


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """The appointment came to a state: when, and by whom."""

    state: AppointmentState
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """A visit of one kind to one location.

    `holder` is who made the hold: only they see it as long as no customer is named. `hold_ends`
    is when the hold of the slot ends; `kept_until` is when inventory stops keeping the products.
    """

    id: str
    ref: str
    type_code: str
    location_code: str
    day: date
    visit: Period
    busy: Period
    state: AppointmentState
    taken: Taken
    holder: str
    hold_ends: datetime
    journey: tuple[JourneyStep, ...]
    customer: Visitor | None = None
    order_id: str | None = None
    answers: tuple[Answer, ...] = ()
    products: tuple[Product, ...] = ()
    reservation_id: str | None = None
    kept_until: datetime | None = None
    moves: int = 0
    reminded_at: datetime | None = None
    version: int = 0

    def stepped(self, state: AppointmentState, at: datetime, actor: str) -> Self:
        """The appointment in the next state, with the step noted; an illegal one raises."""
        noted = JourneyStep(step(self.state, state), at, actor)
        return replace(self, state=state, journey=(*self.journey, noted))

    def commitment(self) -> Commitment:
        """What it takes in the diary of its day; a hold only until it ends."""
        return Commitment(
            self.id,
            self.visit,
            self.busy,
            self.taken.advisor,
            self.taken.resource,
            self.hold_ends if self.state is AppointmentState.HELD else None,
        )
