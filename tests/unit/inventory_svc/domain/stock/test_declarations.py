"""The day of a location is that of its own clock, where the calendar has it."""

from datetime import UTC, date, datetime

import pytest

from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.stock.declarations import Window, windows_of
from service_kit.commands.refusal import INVALID_INPUT, Refusal


def a_shop(code: str, timezone: str) -> Location:
    return Location(code, code, LocationType.STORE, "FR", timezone=timezone)


def test_locations_of_one_time_zone_have_one_day() -> None:
    shops = [a_shop("S2", "Europe/Paris"), a_shop("S1", "Europe/Paris")]

    (window,) = windows_of(date(2026, 3, 29), shops)

    since, until = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert window == Window(("S1", "S2"), since, until)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_at_the_ends_of_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(Refusal) as refused:
        windows_of(day, [a_shop("S1", "Europe/Paris"), a_shop("S2", "Pacific/Honolulu")])

    assert (refused.value.code, refused.value.path) == (INVALID_INPUT, ("day",))
