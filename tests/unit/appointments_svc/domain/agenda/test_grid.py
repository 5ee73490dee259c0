"""The grid of slots: opening hours, breaks, closed days, notice, horizon, clock changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments_svc.domain.agenda.grid import NotOffered, Slot, slot_at, slots_between
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.periods import covers, overlap
from retail_kit.calendars.holidays import PublicHolidays
from retail_kit.calendars.opening_hours import EVERY_DAY, Hours, Period, WeeklyHours
from retail_kit.calendars.working_calendar import Closure, WorkingCalendar
from tests.support.visits import FITTING, MONDAY, PARIS, SHOP, at, kind

DAY = timedelta(days=1)


def local_starts(
    day: date, *, site: Site = SHOP, of: AppointmentType = FITTING, now: datetime | None = None
) -> list[str]:
    start = at(0, day=day)
    window = Period(start, at(0, day=day + DAY))
    found = slots_between(site, of, window, now or start - DAY)
    return [f"{slot.visit.start.astimezone(PARIS):%H:%M}" for slot in found]


def test_slots_fill_the_opening_hours_and_leave_the_break_free() -> None:
    starts = local_starts(MONDAY)

    assert starts[:2] == ["09:00", "09:30"]
    assert [each for each in starts if "11:30" <= each <= "14:00"] == [
        "11:30",
        "12:00",
        "13:30",
        "14:00",
    ]
    assert starts[-1] == "18:30"


def test_there_are_no_slots_on_a_closed_day_a_closure_or_a_public_holiday() -> None:
    calendar = replace(
        SHOP.calendar,
        closures=(Closure(MONDAY, MONDAY, "Stocktaking"),),
        holidays=PublicHolidays("FR"),
    )
    site = replace(SHOP, calendar=calendar)

    assert local_starts(date(2026, 9, 13)) == []
    assert local_starts(MONDAY, site=site) == []
    assert local_starts(MONDAY + DAY, site=site) != []
    assert local_starts(date(2026, 7, 14), site=site) == []


def test_notice_hides_what_is_too_near_and_the_horizon_what_is_too_far() -> None:
    nine = at(9)

    assert local_starts(MONDAY, of=kind(notice=timedelta(hours=2)), now=nine)[0] == "11:00"
    assert slot_at(SHOP, FITTING, at(10, 30), nine) is NotOffered.TOO_SOON
    week = kind(horizon_days=7)
    assert local_starts(MONDAY + 7 * DAY, of=week, now=at(10, 10))[-1] == "10:00"
    assert slot_at(SHOP, week, at(10, 30, MONDAY + 7 * DAY), nine) is NotOffered.TOO_FAR


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (at(9, 10), NotOffered.OFF_GRID),
        (at(12, 30), NotOffered.CLOSED),
        (at(19), NotOffered.CLOSED),
        (at(10, day=date(2026, 9, 20)), NotOffered.CLOSED),
    ],
)
def test_a_moment_between_slots_says_why_nothing_begins_then(
    start: datetime, why: NotOffered
) -> None:
    assert slot_at(SHOP, FITTING, start, at(9) - DAY) is why


def test_a_type_is_offered_only_where_it_says_and_while_it_is_active() -> None:
    elsewhere, gone = kind(location_codes=frozenset({"S2"})), kind(active=False)

    for each in (elsewhere, gone):
        assert local_starts(MONDAY, of=each) == []
        assert slot_at(SHOP, each, at(15), at(9) - DAY) is NotOffered.TYPE_NOT_OFFERED
    assert local_starts(MONDAY, site=replace(SHOP, active=False)) == []


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_on_which_the_clock_changes_has_the_slots_of_any_other(day: date) -> None:
    site = replace(
        SHOP, calendar=WorkingCalendar("Europe/Paris", WeeklyHours.on(EVERY_DAY, "09:00-19:00"))
    )

    starts = local_starts(day, site=replace(site, breaks=SHOP.breaks))

    assert starts[0] == "09:00"
    assert starts[-1] == "18:30"
    assert len(starts) == 20


def test_a_night_with_an_hour_twice_has_two_slots_more_and_one_less_of_it_two_less() -> None:
    night = WeeklyHours.on(EVERY_DAY, "00:00-06:00")
    site = Site("N1", "Night", WorkingCalendar("Europe/Paris", night))

    counts = [
        len(local_starts(day, site=site))
        for day in (date(2026, 10, 24), date(2026, 10, 25), date(2026, 3, 29))
    ]

    assert counts == [12, 14, 10]


def test_a_visit_after_midnight_belongs_to_the_evening_before() -> None:
    late = WeeklyHours.on((0,), "22:00-02:00")
    site = Site("B1", "Bar", WorkingCalendar("Europe/Paris", late))
    tuesday = MONDAY + DAY
    assert local_starts(tuesday, site=site) == ["00:00", "00:30", "01:00", "01:30"]

    slot = slot_at(site, FITTING, at(1, day=MONDAY + DAY), at(9) - DAY)

    assert isinstance(slot, Slot)
    assert slot.day == MONDAY
    pause = replace(site, breaks=WeeklyHours.on((tuesday.weekday(),), "00:30-01:00"))
    assert local_starts(tuesday, site=pause) == ["00:00", "01:00", "01:30"]


HOURS = st.builds(
    lambda opens, length: Hours.parse(f"{opens:02}:00-{min(opens + length, 23):02}:30"),
    st.integers(0, 20),
    st.integers(1, 12),
)
WEEKS = st.lists(st.lists(HOURS, max_size=2).map(tuple), min_size=7, max_size=7).map(
    lambda days: WeeklyHours(tuple(days))
)
ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
SITES = st.builds(
    lambda zone, week, breaks, closed: Site(
        "S1",
        "Shop",
        WorkingCalendar(zone, week, (Closure(closed, closed),), holidays=PublicHolidays("FR")),
        breaks,
    ),
    ZONES,
    WEEKS,
    WEEKS,
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
KINDS = st.builds(
    lambda duration, step, notice, horizon: kind(
        duration=timedelta(minutes=duration),
        step=timedelta(minutes=step),
        notice=timedelta(minutes=notice),
        horizon_days=horizon,
    ),
    *(st.integers(10, 120), st.integers(10, 120), st.integers(0, 3000), st.integers(1, 40)),
)
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 1)).map(  # noqa: DTZ001
    lambda local: local.replace(tzinfo=UTC, microsecond=0)
)


@given(SITES, KINDS, MOMENTS)
def test_every_slot_is_within_hours_outside_breaks_and_found_again_by_its_start(
    site: Site, of: AppointmentType, now: datetime
) -> None:
    window = Period(now, now + 5 * DAY)

    slots = list(slots_between(site, of, window, now))

    for slot in slots:
        visit = slot.visit
        assert visit.end - visit.start == of.duration
        assert now + of.notice <= visit.start < now + of.horizon
        assert any(covers(each, visit) for each in site.calendar.periods_on(slot.day))
        for day in (slot.day, slot.day + DAY):
            assert not any(
                overlap(gap, visit)
                for hours in site.breaks.of(day)
                if (gap := hours.on(day, site.zone)) is not None
            )
        assert slot_at(site, of, visit.start, now) == slot
    assert [slot.visit.start for slot in slots] == sorted(slot.visit.start for slot in slots)
