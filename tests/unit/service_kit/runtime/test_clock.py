from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.runtime.clock import SettableClock, SystemClock, to_milliseconds

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001


@given(moments)
def test_a_moment_loses_less_than_a_millisecond(at: datetime) -> None:
    kept = to_milliseconds(at)

    assert timedelta(0) <= at - kept < timedelta(milliseconds=1)
    assert kept.microsecond % 1000 == 0
    assert kept.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_milliseconds(datetime(2026, 3, 2, 9))  # noqa: DTZ001


def test_the_system_clock_counts_whole_milliseconds_in_utc() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_a_settable_clock_moves_only_when_told() -> None:
    clock = SettableClock(START)

    assert clock.now() == clock.now() == START
    assert clock.advance(timedelta(minutes=1)) == START + timedelta(minutes=1)
    clock.set(START)
    assert clock.now() == START


def test_a_settable_clock_does_not_advance_backward() -> None:
    with pytest.raises(ValueError, match="backward"):
        SettableClock(START).advance(timedelta(seconds=-1))
