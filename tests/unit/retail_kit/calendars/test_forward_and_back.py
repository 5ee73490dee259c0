"""Going forward undoes going back, whatever the calendar and the instant."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retail_kit.calendars.opening_hours import Hours, WeeklyHours
from retail_kit.calendars.working_calendar import Closure, WorkingCalendar

EPSILON = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
ZONES = ["Europe/Paris", "America/New_York", "UTC", "Australia/Lord_Howe", "Asia/Kolkata"]
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
HOURS = st.lists(st.builds(Hours, TIMES, TIMES), max_size=3).map(tuple)
WEEKS = st.lists(HOURS, min_size=7, max_size=7).filter(any).map(lambda d: WeeklyHours(tuple(d)))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
CLOSURES = st.lists(st.builds(Closure, DAYS, DAYS), max_size=2).map(tuple)
CALENDARS = st.builds(
    WorkingCalendar,
    timezone=st.sampled_from(ZONES),
    weekly=WEEKS,
    closures=CLOSURES,
    exceptional=st.dictionaries(DAYS, HOURS, max_size=3),
)
# Around the four clock changes, where mistakes live, and anywhere in the year.
INSTANTS = st.one_of(
    st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 30)),  # noqa: DTZ001 - made UTC below
    st.datetimes(datetime(2026, 3, 7), datetime(2026, 3, 9)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 10, 24), datetime(2026, 10, 26)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 10, 31), datetime(2026, 11, 2)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=UTC))
SPLIT_WORK = st.timedeltas(timedelta(), timedelta(hours=60))
WHOLE_WORK = st.timedeltas(timedelta(), timedelta(hours=8))


@given(CALENDARS, INSTANTS, SPLIT_WORK)
@settings(deadline=None)
def test_split_work_started_at_the_latest_start_is_done_in_time_and_not_any_later(
    calendar: WorkingCalendar, by: datetime, work: timedelta
) -> None:
    start = calendar.retreat(by, work)
    assert calendar.advance(start, work) <= by
    assert calendar.advance(start + EPSILON, work) > by


@given(CALENDARS, INSTANTS, WHOLE_WORK)
@settings(deadline=None)
def test_whole_work_started_at_the_latest_start_is_done_in_time_and_not_any_later(
    calendar: WorkingCalendar, by: datetime, work: timedelta
) -> None:
    assume(_fits(calendar, work))
    start = calendar.retreat(by, work, split=False)
    assert calendar.advance(start, work, split=False) <= by
    assert calendar.advance(start + EPSILON, work, split=False) > by


@given(CALENDARS, INSTANTS, SPLIT_WORK)
@settings(deadline=None)
def test_the_time_worked_is_the_time_that_was_open(
    calendar: WorkingCalendar, at: datetime, work: timedelta
) -> None:
    end = calendar.advance(at, work)
    assert calendar.work_between(at, end) == work
    assert end >= at


@given(CALENDARS, INSTANTS)
@settings(deadline=None)
def test_the_next_opening_is_open_and_nothing_is_open_before_it(
    calendar: WorkingCalendar, at: datetime
) -> None:
    opening = calendar.next_opening(at)
    assert calendar.is_open(opening)
    assert calendar.work_between(at, opening) == timedelta()
    closing = calendar.previous_closing(at)
    assert calendar.is_open(closing - EPSILON)
    assert calendar.work_between(closing, at) == timedelta()


@given(CALENDARS, DAYS, st.integers(0, 20))
@settings(deadline=None)
def test_days_back_and_forward_again_are_in_time_and_a_day_later_they_are_not(
    calendar: WorkingCalendar, by: date, count: int
) -> None:
    assume(any(calendar.is_working_day(date(2027, 1, 1) + ONE_DAY * day) for day in range(7)))
    start = calendar.retreat_days(by, count)
    assert calendar.advance_days(start, count) <= by
    assert calendar.advance_days(start + ONE_DAY, count) > by


@given(CALENDARS, INSTANTS, TIMES)
@settings(deadline=None)
def test_the_last_cut_off_before_an_instant_is_met_and_the_next_one_is_not(
    calendar: WorkingCalendar, by: datetime, cut_off: time
) -> None:
    last = calendar.cut_off_until(by, cut_off)
    assert calendar.cut_off_from(last, cut_off) == last <= by
    assert calendar.cut_off_from(last + EPSILON, cut_off) > by


def _fits(calendar: WorkingCalendar, work: timedelta) -> bool:
    """Whether an ordinary week, in any season, has one opening long enough."""
    return any(
        work + timedelta(hours=1) <= _length(hours)
        for hours_of_day in calendar.weekly.days
        for hours in hours_of_day
    )


def _length(hours: Hours) -> timedelta:
    opens = timedelta(hours=hours.opens.hour, minutes=hours.opens.minute)
    closes = timedelta(hours=hours.closes.hour, minutes=hours.closes.minute)
    return closes - opens if closes > opens else closes + ONE_DAY - opens
