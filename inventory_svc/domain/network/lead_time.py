"""When goods of a location are ready to leave: its lead time, in its own working days."""

from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from inventory_svc.domain.network.location import Location
from inventory_svc.domain.network.schedule import Schedule, Weekday
from retail_kit.calendars.holidays import PublicHolidays
from retail_kit.calendars.local_time import instant_of
from retail_kit.calendars.opening_hours import WORKING_WEEK, Hours, WeeklyHours
from retail_kit.calendars.working_calendar import NeverOpen, WorkingCalendar

_CALENDARS: Final = 1024
"""Calendars that are kept ready, of the locations that were asked for last."""


def ready_from(location: Location, ordered_at: datetime) -> datetime | None:
    """Give when what is ordered at a moment can leave; None where nobody ever works.

    The lead time begins when somebody is there, and ends so many working days later at that time of
    day, or at the next opening. Without one, goods can leave as soon as they are ordered.
    """
    if not location.lead_time_days:
        return ordered_at
    calendar = _calendar_of(location.schedule, location.timezone)
    zone = ZoneInfo(location.timezone)
    try:
        begin = calendar.next_opening(ordered_at)
        day = calendar.advance_days(calendar.local_day(begin), location.lead_time_days)
        return calendar.next_opening(instant_of(day, begin.astimezone(zone).time(), zone))
    except NeverOpen:
        return None


@lru_cache(_CALENDARS)
def _calendar_of(schedule: Schedule, timezone: str) -> WorkingCalendar:
    """Give a location's calendar: from Monday to Friday if it does not say when it is open."""
    if schedule.opening_hours:
        hours = {each.day: each.hours for each in schedule.opening_hours}
        days = (tuple(map(Hours.parse, hours.get(day, ()))) for day in Weekday)
        weekly = WeeklyHours(tuple(days))
    else:
        weekly = WeeklyHours.on(WORKING_WEEK, "00:00-24:00")
    holidays = None
    if schedule.holiday_calendar is not None:
        country, _, subdivision = schedule.holiday_calendar.partition("-")
        holidays = PublicHolidays(country, subdivision or None)
    return WorkingCalendar(timezone, weekly, schedule.closures, holidays=holidays)
