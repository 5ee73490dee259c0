"""A location's hours, breaks, closures and public holidays are checked line by line."""

from datetime import date

import pytest

from inventory_svc.domain.network.location import Location, LocationType, checked_location
from inventory_svc.domain.network.schedule import DayHours, Schedule, Weekday
from retail_kit.calendars.working_calendar import Closure
from service_kit.commands.refusal import RefusedAll


def _shop(schedule: Schedule) -> Location:
    return Location("S1", "S1", LocationType.STORE, "FR", schedule=schedule)


@pytest.mark.parametrize(
    ("schedule", "path"),
    [
        (
            Schedule((DayHours(Weekday.MONDAY, ("09:00-12:00", "9-12")),)),
            ("openingHours", "0", "hours", "1"),
        ),
        (
            Schedule(breaks=(DayHours(Weekday.MONDAY, ()), DayHours(Weekday.MONDAY, ()))),
            ("breaks", "1", "day"),
        ),
        (
            Schedule(closures=(Closure(date(2026, 8, 2), date(2026, 8, 1)),)),
            ("closures", "0"),
        ),
        (
            Schedule(closures=(Closure(date(2026, 8, 1), date(2026, 8, 1), "x" * 201),)),
            ("closures", "0", "reason"),
        ),
        (Schedule(holiday_calendar="ZZ"), ("holidayCalendar",)),
        (Schedule(holiday_calendar="FR-nowhere"), ("holidayCalendar",)),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said_where_it_stands(
    schedule: Schedule, path: tuple[str, ...]
) -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_location(_shop(schedule))

    assert [refusal.path for refusal in refused.value.refusals] == [path]


def test_days_and_closures_are_kept_in_order_so_that_the_same_schedule_is_the_same() -> None:
    monday, sunday = DayHours(Weekday.MONDAY, ("09:00-19:00",)), DayHours(Weekday.SUNDAY, ())
    august, may = (Closure(date(2026, month, 1), date(2026, month, 2)) for month in (8, 5))

    one = checked_location(_shop(Schedule((sunday, monday), (), (august, may), "fr-57")))
    other = checked_location(_shop(Schedule((monday, sunday), (), (may, august), "FR-57")))

    assert one == other
    assert one.schedule.opening_hours == (monday, sunday)
    assert one.schedule.closures == (may, august)
