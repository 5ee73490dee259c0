"""Public holidays per country and region."""

from datetime import date

import pytest

from retail_kit.calendars.holidays import PublicHolidays, UnknownCountry


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "expected"),
    [
        ("FR", None, date(2026, 5, 1), True),
        ("FR", None, date(2026, 4, 6), True),
        ("FR", None, date(2026, 12, 26), False),
        ("FR", "57", date(2026, 12, 26), True),
        ("US", None, date(2026, 11, 26), True),
        ("US", None, date(2026, 5, 1), False),
    ],
)
def test_a_holiday_depends_on_country_and_region(
    country: str, subdivision: str | None, day: date, expected: bool
) -> None:
    assert PublicHolidays(country, subdivision).includes(day) is expected


def test_a_holiday_has_a_name() -> None:
    assert PublicHolidays("FR").name_of(date(2026, 7, 14)) == "Fête nationale"
    assert PublicHolidays("FR").name_of(date(2026, 7, 15)) is None


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("FR", "nowhere")])
def test_an_unknown_country_or_region_is_refused(country: str, subdivision: str | None) -> None:
    with pytest.raises(UnknownCountry):
        PublicHolidays(country, subdivision)
