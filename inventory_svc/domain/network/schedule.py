"""When a location is open: hours and breaks of the week, closures, public holidays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from retail_kit.calendars.holidays import PublicHolidays, UnknownCountry
from retail_kit.calendars.opening_hours import Hours, MalformedHours
from retail_kit.calendars.working_calendar import Closure
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal

LONGEST_REASON: Final = 200


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


@dataclass(frozen=True, slots=True)
class DayHours:
    """Hours of one day of the week, written as `09:00-19:00` in the location's own time."""

    day: Weekday
    hours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A location's own calendar; `holiday_calendar` is a country or a part of it, like `FR-57`.

    Without opening hours nobody knows when it is open.
    """

    opening_hours: tuple[DayHours, ...] = ()
    breaks: tuple[DayHours, ...] = ()
    closures: tuple[Closure, ...] = ()
    holiday_calendar: str | None = None


UNKNOWN_SCHEDULE: Final = Schedule()


def schedule_problems(schedule: Schedule) -> Iterator[Refusal]:
    """Say what is wrong with a schedule, with paths inside the line; nothing if it is well."""
    yield from _hours_problems(schedule.opening_hours, "openingHours")
    yield from _hours_problems(schedule.breaks, "breaks")
    for index, closure in enumerate(schedule.closures):
        if closure.last < closure.first:
            yield invalid("A closure ends no earlier than it begins.", "closures", str(index))
        if len(closure.reason) > LONGEST_REASON:
            problem = f"A reason has at most {LONGEST_REASON} characters."
            yield invalid(problem, "closures", str(index), "reason")
    if schedule.holiday_calendar is not None and not _is_known(schedule.holiday_calendar):
        yield invalid("No public holidays are known there (ISO 3166-2).", "holidayCalendar")


def canonical_schedule(schedule: Schedule) -> Schedule:
    """Give a schedule without problems with its days and closures in order."""
    calendar = schedule.holiday_calendar
    return Schedule(
        _in_order(schedule.opening_hours),
        _in_order(schedule.breaks),
        tuple(sorted(schedule.closures, key=lambda each: (each.first, each.last, each.reason))),
        None if calendar is None else calendar.upper(),
    )


def _in_order(days: Sequence[DayHours]) -> tuple[DayHours, ...]:
    order = list(Weekday)
    return tuple(sorted(days, key=lambda each: order.index(each.day)))


def _hours_problems(days: Sequence[DayHours], name: str) -> Iterator[Refusal]:
    seen = set[Weekday]()
    for index, each in enumerate(days):
        if each.day in seen:
            yield invalid("The day stands in an earlier line.", name, str(index), "day")
        seen.add(each.day)
        for place, written in enumerate(each.hours):
            if not _is_hours(written):
                problem = 'Hours are written like "09:00-19:00".'
                yield invalid(problem, name, str(index), "hours", str(place))


def _is_hours(written: str) -> bool:
    try:
        Hours.parse(written)
    except MalformedHours:
        return False
    return True


def _is_known(calendar: str) -> bool:
    country, _, subdivision = calendar.upper().partition("-")
    try:
        PublicHolidays(country, subdivision or None)
    except UnknownCountry:
        return False
    return True
