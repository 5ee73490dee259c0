"""When a location is open, as clients see it and as they give it."""

from collections.abc import Sequence
from datetime import date

import strawberry

from inventory_svc.api.enums import WEEKDAY_INPUT
from inventory_svc.domain.network import schedule as schedules
from retail_kit.calendars import working_calendar

_DAY = "The day of the week."
_HOURS = 'Local times, like "09:00-19:00"; hours that end earlier than they begin pass midnight.'
_FIRST = "The first day of it."
_LAST = "The last day of it."
_REASON = "Why."


@strawberry.type(description="Hours of one day of the week.")
class DayHours:
    """Local times of a location."""

    day: schedules.Weekday = strawberry.field(description=_DAY)
    hours: list[str] = strawberry.field(description=_HOURS)

    @staticmethod
    def of(days: Sequence[schedules.DayHours]) -> "list[DayHours]":
        """Show the days."""
        return [DayHours(day=each.day, hours=list(each.hours)) for each in days]


@strawberry.type(description="Days on which a location is closed.")
class LocationClosure:
    """From the first to the last day, both included."""

    first: date = strawberry.field(description=_FIRST)
    last: date = strawberry.field(description=_LAST)
    reason: str = strawberry.field(description=_REASON)

    @staticmethod
    def of(closure: working_calendar.Closure) -> "LocationClosure":
        """Show a closure."""
        return LocationClosure(first=closure.first, last=closure.last, reason=closure.reason)


@strawberry.input(description="Hours of one day of the week.")
class DayHoursInput:
    """Local times of a location."""

    day: schedules.Weekday = strawberry.field(graphql_type=WEEKDAY_INPUT, description=_DAY)
    hours: list[str] = strawberry.field(description=_HOURS)

    def to_hours(self) -> schedules.DayHours:
        """Give the hours as they were sent, unchecked."""
        return schedules.DayHours(self.day, tuple(self.hours))


@strawberry.input(description="Days on which a location is closed.")
class LocationClosureInput:
    """From the first to the last day, both included."""

    first: date = strawberry.field(description=_FIRST)
    last: date = strawberry.field(description=_LAST)
    reason: str = strawberry.field(default="", description=_REASON)

    def to_closure(self) -> working_calendar.Closure:
        """Give the closure as it was sent, unchecked."""
        return working_calendar.Closure(self.first, self.last, self.reason)
