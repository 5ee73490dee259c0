"""Hours as written, and what they become on the days when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from retail_kit.calendars.local_time import NaiveInstant, instant_of, require_aware
from retail_kit.calendars.opening_hours import (
    EVERY_DAY,
    SATURDAY,
    WORKING_WEEK,
    Hours,
    MalformedHours,
    WeeklyHours,
    periods_of,
)

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc] # year, month, day, hour …


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (PARIS, SPRING, 23),
        (PARIS, AUTUMN, 25),
        (PARIS, date(2026, 3, 30), 24),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
    ],
)
def test_a_whole_day_lasts_as_long_as_the_clocks_say(zone: ZoneInfo, day: date, hours: int) -> None:
    period = Hours.parse("00:00-24:00").on(day, zone)
    assert period is not None
    assert period.end - period.start == timedelta(hours=hours)


def test_a_time_that_the_clock_skips_is_the_instant_of_the_jump() -> None:
    assert instant_of(SPRING, time(2, 30), PARIS) == utc(2026, 3, 29, 1)
    assert instant_of(date(2026, 3, 8), time(2, 1), NEW_YORK) == utc(2026, 3, 8, 7)
    assert Hours.parse("02:10-02:50").on(SPRING, PARIS) is None


def test_a_time_shown_twice_opens_at_the_first_and_closes_at_the_second() -> None:
    period = Hours.parse("02:30-02:45").on(AUTUMN, PARIS)
    assert period is not None
    assert (period.start, period.end) == (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 45))


def test_hours_past_midnight_end_on_the_next_day() -> None:
    period = Hours.parse("22:00-02:00").on(date(2026, 5, 4), PARIS)
    assert period is not None
    assert (period.start, period.end) == (utc(2026, 5, 4, 20), utc(2026, 5, 5, 0))


def test_hours_that_overlap_are_counted_once() -> None:
    hours = [Hours.parse("10:00-12:00"), Hours.parse("09:00-11:00"), Hours.parse("09:30-10:30")]
    found = list(periods_of(hours, date(2026, 1, 5), ZoneInfo("UTC")))
    assert [(period.start.hour, period.end.hour) for period in found] == [(9, 11), (11, 12)]


@pytest.mark.parametrize("written", ["9-19", "09:00", "24:00-01:00", "09:60-10:00", "09:00-25:00"])
def test_hours_that_cannot_be_read_are_refused(written: str) -> None:
    with pytest.raises(MalformedHours):
        Hours.parse(written)


def test_a_week_is_put_together_from_parts() -> None:
    week = WeeklyHours.on(WORKING_WEEK, "09:00-19:00") | WeeklyHours.on([SATURDAY], "10:00-18:00")
    assert [len(day) for day in week.days] == [1, 1, 1, 1, 1, 1, 0]
    with pytest.raises(MalformedHours):
        WeeklyHours.on([7], "09:00-19:00")
    with pytest.raises(MalformedHours):
        WeeklyHours(((),) * (len(EVERY_DAY) - 1))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        require_aware(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
