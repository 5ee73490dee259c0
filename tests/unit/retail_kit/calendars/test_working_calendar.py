"""Working time forward and back, over nights, week-ends, holidays, closures and DST."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from retail_kit.calendars.holidays import PublicHolidays
from retail_kit.calendars.opening_hours import (
    EVERY_DAY,
    SATURDAY,
    SUNDAY,
    WORKING_WEEK,
    Hours,
    WeeklyHours,
)
from retail_kit.calendars.working_calendar import (
    Closure,
    NegativeDuration,
    NeverOpen,
    WorkingCalendar,
    always_open,
    closures_on,
)

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
FIRST_OF_MAY = date(2026, 5, 1)


def paris(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def a_shop(*hours: str, days: tuple[int, ...] = WORKING_WEEK) -> WorkingCalendar:
    return WorkingCalendar("Europe/Paris", WeeklyHours.on(days, *(hours or ("10:00-19:00",))))


def test_a_shop_is_open_at_its_opening_and_closed_at_its_closing() -> None:
    shop = a_shop()
    assert shop.is_open(paris(9, 10))
    assert not shop.is_open(paris(9, 19))
    assert not shop.is_open(paris(8, 12))


def test_a_bar_is_still_open_after_midnight() -> None:
    bar = a_shop("18:00-02:00", days=(SATURDAY,))
    assert bar.is_open(paris(15, 1))
    assert not bar.is_open(paris(15, 2))
    assert bar.is_working_day(date(2026, 3, 14))
    assert not bar.is_working_day(date(2026, 3, 15))


def test_a_preparation_that_is_not_split_waits_for_the_next_opening() -> None:
    shop = a_shop()
    assert shop.advance(paris(10, 18, 40), HOUR, split=False) == paris(11, 11)
    assert shop.advance(paris(10, 18, 40), HOUR) == paris(11, 10, 40)
    assert shop.advance(paris(10, 18), HOUR, split=False) == paris(10, 19)


def test_work_in_the_afternoon_of_a_friday_ends_on_monday() -> None:
    shop = a_shop("09:00-12:00", "14:00-18:00")
    assert shop.advance(paris(13, 17), 5 * HOUR) == paris(16, 15)
    assert shop.retreat(paris(16, 15), 5 * HOUR) == paris(13, 17)


def test_hours_that_touch_are_one_opening() -> None:
    shop = a_shop("09:00-12:00", "12:00-15:00")
    assert shop.advance(paris(9, 8), 6 * HOUR, split=False) == paris(9, 15)
    night_and_day = WorkingCalendar("Europe/Paris", WeeklyHours.always())
    assert night_and_day.advance(paris(9, 8), 50 * HOUR, split=False) == paris(11, 10)
    assert night_and_day.retreat(paris(11, 10), 50 * HOUR, split=False) == paris(9, 8)


def test_a_night_that_covers_the_next_morning_is_counted_once() -> None:
    shop = WorkingCalendar(
        "Europe/Paris",
        WeeklyHours.on([0], "22:00-12:00") | WeeklyHours.on([1], "02:00-10:00"),
    )
    assert shop.work_between(paris(9, 0), paris(11, 0)) == 14 * HOUR
    assert shop.retreat(paris(10, 20), 14 * HOUR) == paris(9, 22)
    assert shop.advance(paris(9, 0), 14 * HOUR) == paris(10, 12)


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 28), 7),
        ("Europe/Paris", date(2026, 10, 24), 9),
        ("America/New_York", date(2026, 3, 7), 7),
        ("America/New_York", date(2026, 10, 31), 9),
    ],
)
def test_a_night_shift_is_as_long_as_the_night_was(zone: str, night: date, hours: int) -> None:
    depot = WorkingCalendar(zone, WeeklyHours.on(EVERY_DAY, "22:00-06:00"))
    start = datetime.combine(night, time(22), ZoneInfo(zone))
    morning = datetime.combine(night + timedelta(days=1), time(6), ZoneInfo(zone))
    assert depot.work_between(start, morning) == hours * HOUR
    assert depot.advance(start, hours * HOUR) == morning
    assert depot.retreat(morning, hours * HOUR) == start
    assert depot.advance(start, 8 * HOUR, split=False) == (
        morning + 16 * HOUR + 8 * HOUR if hours == 7 else start.astimezone(UTC) + 8 * HOUR
    )


def test_holidays_closures_and_exceptional_openings_beat_one_another_in_that_order() -> None:
    shop = WorkingCalendar(
        "Europe/Paris",
        WeeklyHours.on(WORKING_WEEK, "10:00-19:00"),
        closures=(Closure(date(2026, 5, 4), date(2026, 5, 8), "works"),),
        exceptional={date(2026, 5, 6): (Hours.parse("14:00-16:00"),)},
        holidays=PublicHolidays("FR"),
    )
    assert not shop.is_working_day(FIRST_OF_MAY)
    assert shop.next_opening(paris(30, 19, month=4)) == paris(6, 14, month=5)
    assert shop.next_opening(paris(6, 16, month=5)) == paris(11, 10, month=5)
    assert shop.previous_closing(paris(11, 10, month=5)) == paris(6, 16, month=5)
    assert shop.is_open(paris(6, 15, month=5))


def test_an_exceptional_closing_of_a_day_needs_no_closure() -> None:
    shop = WorkingCalendar(
        "Europe/Paris",
        WeeklyHours.on(EVERY_DAY, "10:00-19:00"),
        closures=closures_on([date(2026, 3, 11)]),
        exceptional={date(2026, 3, 10): ()},
    )
    assert shop.next_opening(paris(9, 19)) == paris(12, 10)


def test_an_order_after_friday_s_cut_off_leaves_on_monday_and_arrives_on_wednesday() -> None:
    node = a_shop("08:00-18:00")
    carrier = a_shop("00:00-24:00", days=tuple(day for day in EVERY_DAY if day != SUNDAY))
    friday = paris(13, 17, 30)
    handed_over = node.cut_off_from(node.cut_off_from(friday, time(17)), time(18))
    assert handed_over == paris(16, 18)
    assert carrier.advance_days(carrier.local_day(handed_over), 2) == date(2026, 3, 18)


def test_a_cut_off_is_still_met_at_its_own_instant() -> None:
    shop = a_shop()
    assert shop.cut_off_from(paris(10, 17), time(17)) == paris(10, 17)
    assert shop.cut_off_from(paris(10, 17) + timedelta(milliseconds=1), time(17)) == paris(11, 17)
    assert shop.cut_off_until(paris(10, 16), time(17)) == paris(9, 17)
    assert shop.cut_off_until(paris(9, 16), time(17)) == paris(6, 17)


def test_a_cut_off_in_the_hour_that_is_skipped_is_the_jump() -> None:
    depot = a_shop("00:00-24:00", days=EVERY_DAY)
    assert depot.cut_off_from(paris(29, 0), time(2, 30)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_days_are_counted_over_the_week_end() -> None:
    carrier = a_shop()
    assert carrier.advance_days(date(2026, 3, 13), 1) == date(2026, 3, 16)
    assert carrier.advance_days(date(2026, 3, 14), 0) == date(2026, 3, 16)
    assert carrier.advance_days(date(2026, 3, 14), 2) == date(2026, 3, 17)
    assert carrier.retreat_days(date(2026, 3, 16), 1) == date(2026, 3, 15)
    assert carrier.retreat_days(date(2026, 3, 15), 0) == date(2026, 3, 13)


def test_a_calendar_without_an_opening_says_so() -> None:
    closed = WorkingCalendar("UTC", WeeklyHours.on([]))
    short = a_shop("10:00-11:00")
    at = paris(9, 9)
    searches: list[Callable[[], object]] = [
        lambda: closed.next_opening(at),
        lambda: closed.previous_closing(at),
        lambda: closed.advance(at, HOUR),
        lambda: closed.retreat(at, HOUR),
        lambda: closed.advance_days(date(2026, 3, 9), 1),
        lambda: closed.cut_off_from(at, time(17)),
        lambda: closed.cut_off_until(at, time(17)),
        lambda: short.advance(at, 2 * HOUR, split=False),
    ]
    for search in searches:
        with pytest.raises(NeverOpen):
            search()


def test_nobody_works_for_less_than_no_time() -> None:
    with pytest.raises(NegativeDuration):
        always_open().advance(paris(9, 9), -HOUR)
    with pytest.raises(NegativeDuration):
        always_open().advance_days(date(2026, 3, 9), -1)
