"""A shop that receives visitors, for tests of the rules: its site, its people, its kinds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from appointments_svc.domain.agenda.diary import Commitment, Means, Taken
from appointments_svc.domain.agenda.grid import Slot
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.kinds.form import Wording
from retail_kit.calendars.opening_hours import WORKING_WEEK, WeeklyHours
from retail_kit.calendars.working_calendar import WorkingCalendar

PARIS: Final = ZoneInfo("Europe/Paris")
MONDAY: Final = date(2026, 9, 14)
SIX_DAYS: Final = WeeklyHours.on((*WORKING_WEEK, 5), "09:00-19:00")
SHOP: Final = Site(
    "S1",
    "Shop",
    WorkingCalendar("Europe/Paris", SIX_DAYS),
    WeeklyHours.on(WORKING_WEEK, "12:30-13:30"),
)
FITTING: Final = AppointmentType(
    code="fitting",
    names=(Wording("en", "Fitting"),),
    duration=timedelta(minutes=30),
    step=timedelta(minutes=30),
)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    """The moment of a time in Paris."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)
    return local.astimezone(UTC)


def kind(**more: Any) -> AppointmentType:
    """A kind of visit of half an hour."""
    return replace(FITTING, **more)


def advisor(code: str, **more: Any) -> Advisor:
    """Somebody who works whenever the shop is open."""
    return replace(Advisor(code, code, "S1", SIX_DAYS), **more)


def means(*codes: str, **capacity: Any) -> Means:
    """The shop with advisors of those codes."""
    advisors = tuple(advisor(code) for code in codes)
    return Means(SHOP, advisors, Capacity("S1", **capacity))


def committed(identifier: str, slot: Slot, taken: Taken) -> Commitment:
    """What a booked visit takes."""
    return Commitment(identifier, slot.visit, slot.busy, taken.advisor, taken.resource)
