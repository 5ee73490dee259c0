"""A lead time passes on the location's own working days and on no others."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.network.lead_time import ready_from
from inventory_svc.domain.network.location import (
    LONGEST_LEAD_TIME,
    Location,
    LocationType,
    checked_location,
)
from inventory_svc.domain.network.schedule import DayHours, Schedule, Weekday
from retail_kit.calendars.holidays import PublicHolidays
from retail_kit.calendars.working_calendar import Closure
from service_kit.commands.refusal import RefusedAll

PARIS = ZoneInfo("Europe/Paris")
OFFICE = tuple(DayHours(day, ("09:00-17:00",)) for day in list(Weekday)[:5])
HOLIDAYS = PublicHolidays("FR", "57")
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
closures = st.builds(
    lambda first, length: Closure(first, first + timedelta(days=length)), days, st.integers(0, 20)
)
moments = st.integers(0, 330 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def a_supplier(lead_time: int, schedule: Schedule) -> Location:
    return Location(
        *("D1", "D1", LocationType.SUPPLIER, "FR"),
        timezone="Europe/Paris",
        schedule=schedule,
        lead_time_days=lead_time,
    )


def paris(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("lead_time", "ordered", "ready"),
    [
        (3, paris(2, 10), paris(5, 10)),
        (3, paris(5, 10), paris(10, 10)),
        (3, paris(2, 20), paris(6, 9)),
        (3, paris(7, 12), paris(12, 9)),
        (1, paris(2, 8), paris(3, 9)),
        (2, paris(27, 10), paris(31, 10)),
        (2, paris(2, 10, month=4), paris(8, 10, month=4)),
    ],
)
def test_so_many_working_days_pass_from_when_somebody_is_there(
    lead_time: int, ordered: datetime, ready: datetime
) -> None:
    """Over a week-end, after hours, over the change of the clocks, and over Easter in Metz."""
    supplier = a_supplier(lead_time, Schedule(OFFICE, holiday_calendar="FR-57"))

    assert ready_from(supplier, ordered) == ready


def test_a_lead_time_passes_however_seldom_somebody_works() -> None:
    supplier = a_supplier(LONGEST_LEAD_TIME, Schedule(OFFICE[:1]))

    weeks = timedelta(weeks=LONGEST_LEAD_TIME)
    assert ready_from(supplier, paris(2, 10)) == paris(2, 10) + weeks


def test_without_a_lead_time_goods_can_leave_as_soon_as_they_are_ordered() -> None:
    sunday = paris(1, 3)

    assert ready_from(a_supplier(0, Schedule(OFFICE)), sunday) == sunday


def test_who_does_not_say_when_works_from_monday_to_friday() -> None:
    closed = Schedule(closures=(Closure(date(2026, 3, 4), date(2026, 3, 4)),))

    assert ready_from(a_supplier(3, closed), paris(2, 10)) == paris(6, 10)
    assert ready_from(a_supplier(1, closed), paris(7, 10)) == paris(10, 0)


def test_who_never_works_is_never_ready() -> None:
    ever = Schedule(OFFICE, closures=(Closure(date(2020, 1, 1), date(2090, 1, 1)),))

    assert ready_from(a_supplier(1, ever), paris(2, 10)) is None


@settings(max_examples=300, deadline=None)
@given(
    st.sets(st.sampled_from(Weekday), min_size=1),
    st.lists(closures, max_size=4),
    st.integers(1, 15),
    moments,
)
def test_just_the_working_days_of_a_lead_time_lie_between_order_and_goods(
    open_on: set[Weekday], closed: list[Closure], lead_time: int, ordered: datetime
) -> None:
    hours = tuple(DayHours(day, ("08:30-12:00", "13:00-18:00")) for day in open_on)
    schedule = Schedule(hours, (), tuple(closed), "FR-57")

    ready = ready_from(a_supplier(lead_time, schedule), ordered)
    later = ready_from(a_supplier(lead_time + 1, schedule), ordered)

    assert ready is not None
    assert later is not None
    assert later > ready

    def works(day: date) -> bool:
        is_closed = HOLIDAYS.includes(day) or any(each.includes(day) for each in closed)
        return list(Weekday)[day.weekday()] in open_on and not is_closed

    there, asked = ready.astimezone(PARIS), ordered.astimezone(PARIS)
    begin = asked.date() + timedelta(days=asked.time() >= time(18))
    passed = [begin + timedelta(days=day) for day in range((there.date() - begin).days + 1)]
    assert works(there.date())
    assert sum(map(works, passed)) == lead_time + 1
    wall_clock = there.replace(tzinfo=None) - asked.replace(tzinfo=None)
    assert wall_clock >= timedelta(days=lead_time)


@pytest.mark.parametrize("days", [-1, 366])
def test_a_lead_time_is_of_up_to_a_year(days: int) -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_location(a_supplier(days, Schedule()))

    assert [refusal.path for refusal in refused.value.refusals] == [("leadTimeDays",)]
