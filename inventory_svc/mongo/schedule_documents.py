"""When a location is open, as a part of its document, and back; pure."""

from collections.abc import Sequence
from datetime import date

from inventory_svc.domain.network.schedule import (
    UNKNOWN_SCHEDULE,
    DayHours,
    Schedule,
    Weekday,
)
from retail_kit.calendars.working_calendar import Closure
from service_kit.storage.database import Document


def schedule_to_document(schedule: Schedule) -> Document:
    """Write a schedule; dates as text, since they are days and not moments."""
    return {
        "openingHours": _days_to_documents(schedule.opening_hours),
        "breaks": _days_to_documents(schedule.breaks),
        "closures": [
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "reason": each.reason,
            }
            for each in schedule.closures
        ],
        "holidayCalendar": schedule.holiday_calendar,
    }


def schedule_from_document(document: Document) -> Schedule:
    """Read a schedule."""
    return Schedule(
        _days_from_documents(document["openingHours"]),
        _days_from_documents(document["breaks"]),
        tuple(
            Closure(
                date.fromisoformat(each["first"]),
                date.fromisoformat(each["last"]),
                each["reason"],
            )
            for each in document["closures"]
        ),
        document["holidayCalendar"],
    )


def with_unknown_schedule(document: Document) -> Document:
    """Turn a location of version 1, which said nothing of its hours, into one of version 2."""
    return {**document, "schedule": schedule_to_document(UNKNOWN_SCHEDULE)}


def _days_to_documents(days: Sequence[DayHours]) -> list[Document]:
    return [{"day": each.day.value, "hours": list(each.hours)} for each in days]


def _days_from_documents(documents: Sequence[Document]) -> tuple[DayHours, ...]:
    return tuple(DayHours(Weekday(each["day"]), tuple(each["hours"])) for each in documents)
