"""Opening hours as people write them: local times of the days of a week."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo

from retail_kit.calendars.local_time import instant_of

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
WORKING_WEEK: Final = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)
EVERY_DAY: Final = tuple(range(7))

_MIDNIGHT: Final = time(0)
_ONE_DAY: Final = timedelta(days=1)
_WRITTEN: Final = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)"
)


class MalformedHours(ValueError):
    """A text is no `09:00-19:00`, or a day is none of a week's seven."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time between two UTC instants; the end is not part of it."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from a local time to another, which is the next day's when it is not later."""

    opens: time
    closes: time

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `09:00-19:00`; `22:00-02:00` ends the next day, `00:00-24:00` is all day."""
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise MalformedHours(f"not HH:MM-HH:MM: {written!r}")
        hour, minute, end_hour, end_minute = match.groups()
        return cls(time(int(hour), int(minute)), time(int(end_hour or 0), int(end_minute or 0)))

    def on(self, day: date, zone: ZoneInfo) -> Period | None:
        """Return the period that starts on the day; None when the clock skips all of it."""
        end_day = day if self.closes > self.opens else day + _ONE_DAY
        start = instant_of(day, self.opens, zone)
        end = instant_of(end_day, self.closes, zone, last=self.closes != _MIDNIGHT)
        return Period(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The hours of each day of the week, Monday first; a day without hours is closed."""

    days: tuple[tuple[Hours, ...], ...]

    def __post_init__(self) -> None:
        if len(self.days) != len(EVERY_DAY):
            raise MalformedHours("a week has seven days")

    @classmethod
    def on(cls, days: Iterable[int], *hours: Hours | str) -> Self:
        """Open with the same hours on each of the days, 0 being Monday."""
        same = tuple(Hours.parse(each) if isinstance(each, str) else each for each in hours)
        chosen = set(days)
        if not chosen <= set(EVERY_DAY):
            raise MalformedHours(f"days are 0 to 6: {sorted(chosen)}")
        return cls(tuple(same if day in chosen else () for day in EVERY_DAY))

    @classmethod
    def always(cls) -> Self:
        """Open day and night."""
        return cls.on(EVERY_DAY, "00:00-24:00")

    def __or__(self, other: "WeeklyHours") -> "WeeklyHours":
        return WeeklyHours(
            tuple(mine + theirs for mine, theirs in zip(self.days, other.days, strict=True))
        )

    def of(self, day: date) -> tuple[Hours, ...]:
        """Return the hours of that day of the week."""
        return self.days[day.weekday()]


def periods_of(
    hours: Iterable[Hours], day: date, zone: ZoneInfo, *, after: datetime | None = None
) -> Iterator[Period]:
    """Give the periods that start on the day, in order, without overlap, nothing before `after`."""
    found = (each.on(day, zone) for each in hours)
    last_end = after
    for period in sorted(filter(None, found), key=lambda each: (each.start, each.end)):
        start = period.start if last_end is None else max(period.start, last_end)
        if start < period.end:
            yield Period(start, period.end)
            last_end = period.end
