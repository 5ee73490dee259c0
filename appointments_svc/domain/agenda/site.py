"""A location as appointments know it: when people can be received there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from appointments_svc.domain.periods import without
from retail_kit.calendars.opening_hours import Period, WeeklyHours, periods_of
from retail_kit.calendars.working_calendar import WorkingCalendar

NO_HOURS: Final = WeeklyHours(((), (), (), (), (), (), ()))
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Site:
    """A location with its calendar; nobody is received in its breaks."""

    code: str
    name: str
    calendar: WorkingCalendar
    breaks: WeeklyHours = NO_HOURS
    active: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its wall clock."""
        return ZoneInfo(self.calendar.timezone)

    def reception_on(self, day: date) -> tuple[Period, ...]:
        """Give the periods, in order, of the opening hours that start on the day, less breaks."""
        if not self.active:
            return ()
        breaks = [*self._breaks_on(day), *self._breaks_on(day + _ONE_DAY)]
        return tuple(
            part for period in self.calendar.periods_on(day) for part in without(period, breaks)
        )

    def _breaks_on(self, day: date) -> Iterator[Period]:
        return periods_of(self.breaks.of(day), day, self.zone)
