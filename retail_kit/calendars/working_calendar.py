"""A place's or a carrier's calendar, and the arithmetic of working time on it.

Going forward and going back are inverse to each other: what is started at `retreat(end)` is
finished by `end`, and what is started any later is not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from retail_kit.calendars.holidays import PublicHolidays
from retail_kit.calendars.local_time import instant_of, require_aware
from retail_kit.calendars.opening_hours import Hours, Period, WeeklyHours, periods_of

_ONE_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta()
HORIZON_DAYS: Final = 1100
"""How far, in days, an opening is looked for before the calendar is said to be never open."""


class NeverOpen(LookupError):
    """No opening, or none long enough, lies within the horizon."""


class NegativeDuration(ValueError):
    """Working time and numbers of days are counted from nothing upwards."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Closed from the first to the last day, both included."""

    first: date
    last: date
    reason: str = ""

    def includes(self, day: date) -> bool:
        """Tell whether the day falls into the closure."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When something is open: exceptional hours beat closures, these beat holidays and the week.

    Hours belong to the day on which they start. Instants are aware; answers are in UTC.
    """

    timezone: str
    weekly: WeeklyHours
    closures: tuple[Closure, ...] = ()
    exceptional: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    holidays: PublicHolidays | None = None
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _periods: dict[date, tuple[Period, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", ZoneInfo(self.timezone))

    def local_day(self, at: datetime) -> date:
        """Return the date that the place's wall calendar shows at the instant."""
        return require_aware(at).astimezone(self._zone).date()

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Return the hours that start on the day."""
        if day in self.exceptional:
            return self.exceptional[day]
        if any(closure.includes(day) for closure in self.closures):
            return ()
        if self.holidays is not None and self.holidays.includes(day):
            return ()
        return self.weekly.of(day)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """Give the day's periods, without what the day before already covers past midnight."""
        known = self._periods.get(day)
        if known is None:
            yesterday = day - _ONE_DAY
            before = periods_of(self.hours_on(yesterday), yesterday, self._zone)
            covered = max((period.end for period in before), default=None)
            known = tuple(periods_of(self.hours_on(day), day, self._zone, after=covered))
            self._periods[day] = known
        return known

    def is_working_day(self, day: date) -> bool:
        """Tell whether any hours start on the day."""
        return bool(self.periods_on(day)) or any(
            hours.on(day, self._zone) for hours in self.hours_on(day)
        )

    def is_open(self, at: datetime) -> bool:
        """Tell whether the place is open at the instant; at the closing instant it is not."""
        at = require_aware(at)
        around = self._days_forward(at, days=3)
        return any(period.start <= at < period.end for period in around)

    def next_opening(self, at: datetime) -> datetime:
        """Return the instant itself when open then, else the start of the next opening."""
        at = require_aware(at)
        for period in self._forward(at):
            if at < period.end:
                return max(at, period.start)
        raise self._never_open()

    def previous_closing(self, at: datetime) -> datetime:
        """Return the instant itself when open until then, else the end of the last opening."""
        at = require_aware(at)
        for period in self._backward(at):
            if period.start < at:
                return min(at, period.end)
        raise self._never_open()

    def advance(self, at: datetime, work: timedelta, *, split: bool = True) -> datetime:
        """Return when work that may start at the instant is done at the earliest.

        Work that is not split has to fit between an opening and the closing that follows it.
        """
        at, left, since = require_aware(at), _checked(work), None
        last_end: datetime | None = None
        for period in self._forward(at):
            if period.end < at:
                continue
            start = max(at, period.start)
            if split:
                if start + left <= period.end:
                    return start + left
                left -= period.end - start
                continue
            since = start if since is None or period.start != last_end else since
            last_end = period.end
            if since + work <= period.end:
                return since + work
        raise self._never_open()

    def retreat(self, at: datetime, work: timedelta, *, split: bool = True) -> datetime:
        """Return when work has to start at the latest to be done by the instant."""
        at, left, until = require_aware(at), _checked(work), None
        first_start: datetime | None = None
        for period in self._backward(at):
            if period.start > at:
                continue
            end = min(at, period.end)
            if split:
                if end - left >= period.start:
                    return end - left
                left -= end - period.start
                continue
            until = end if until is None or period.end != first_start else until
            first_start = period.start
            if until - work >= period.start:
                return until - work
        raise self._never_open()

    def work_between(self, start: datetime, end: datetime) -> timedelta:
        """Add up the open time between two instants; nothing when the end is not later."""
        start, end = require_aware(start), require_aware(end)
        total = _NOTHING
        for period in self._days_forward(start, days=(end - start).days + 4):
            overlap = min(end, period.end) - max(start, period.start)
            total += max(overlap, _NOTHING)
        return total

    def advance_days(self, day: date, count: int) -> date:
        """Return the count-th working day after the day; for 0 the first one from the day on."""
        first = day if _checked_count(count) == 0 else day + _ONE_DAY
        return self._nth_working_day(first, max(count, 1), _ONE_DAY)

    def retreat_days(self, day: date, count: int) -> date:
        """Return the latest day from which `advance_days` by the count still reaches the day."""
        found = self._nth_working_day(day, max(_checked_count(count), 1), -_ONE_DAY)
        return found if count == 0 else found - _ONE_DAY

    def cut_off_from(self, at: datetime, local: time) -> datetime:
        """Return the first cut-off at or after the instant: that local time of a working day."""
        at = require_aware(at)
        for day in self._days_from(self.local_day(at), _ONE_DAY):
            cut_off = instant_of(day, local, self._zone)
            if at <= cut_off and self.is_working_day(day):
                return cut_off
        raise self._never_open()

    def cut_off_until(self, at: datetime, local: time) -> datetime:
        """Return the last cut-off at or before the instant."""
        at = require_aware(at)
        for day in self._days_from(self.local_day(at), -_ONE_DAY):
            cut_off = instant_of(day, local, self._zone)
            if cut_off <= at and self.is_working_day(day):
                return cut_off
        raise self._never_open()

    def _nth_working_day(self, first: date, count: int, step: timedelta) -> date:
        for _ in range(count):
            working = filter(self.is_working_day, self._days_from(first, step))
            found = next(working, None)
            if found is None:
                raise self._never_open()
            first = found + step
        return first - step

    def _days_from(self, first: date, step: timedelta) -> Iterator[date]:
        return (first + step * index for index in range(HORIZON_DAYS))

    def _forward(self, at: datetime) -> Iterator[Period]:
        return self._days_forward(at, days=HORIZON_DAYS)

    def _days_forward(self, at: datetime, *, days: int) -> Iterator[Period]:
        """Give the periods from the day before on, since its last hours may pass midnight."""
        for day in islice(self._days_from(self.local_day(at) - _ONE_DAY, _ONE_DAY), days):
            yield from self.periods_on(day)

    def _backward(self, at: datetime) -> Iterator[Period]:
        for day in self._days_from(self.local_day(at), -_ONE_DAY):
            yield from reversed(self.periods_on(day))

    def _never_open(self) -> NeverOpen:
        return NeverOpen(f"nothing fits within {HORIZON_DAYS} days")


def always_open(timezone: str = "UTC") -> WorkingCalendar:
    """Return a calendar without any closing time."""
    return WorkingCalendar(timezone=timezone, weekly=WeeklyHours.always())


def closures_on(days: Iterable[date], reason: str = "") -> tuple[Closure, ...]:
    """Return one-day closures."""
    return tuple(Closure(day, day, reason) for day in days)


def _checked(work: timedelta) -> timedelta:
    if work < _NOTHING:
        raise NegativeDuration(str(work))
    return work


def _checked_count(count: int) -> int:
    if count < 0:
        raise NegativeDuration(str(count))
    return count
