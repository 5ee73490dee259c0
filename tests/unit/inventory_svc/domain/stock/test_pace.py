"""How fast a position sells: what was sold, each day a 28th less of it."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.stock.pace import (
    NO_PACE,
    Pace,
    lasts,
    next_fading,
    units_in_a_week,
    weeks_left,
)
from retail_kit.quantities import LARGEST
from tests.support.stock import NOW

DAY = timedelta(days=1)
LATER = st.integers(0, 700).map(lambda days: NOW + days * DAY)
sales = st.lists(st.tuples(LATER, st.integers(1, 50)), max_size=40).map(sorted)


def pace_of(sold: list[tuple[datetime, int]]) -> Pace:
    pace = NO_PACE
    for moment, units in sold:
        pace = pace.with_sold(units, moment)
    return pace


@given(sales, LATER)
def test_it_is_what_was_sold_less_a_28th_for_each_day_to_a_thousandth_a_day(
    sold: list[tuple[datetime, int]], later: datetime
) -> None:
    moment = max([later, *(at for at, _ in sold)])

    counted = pace_of(sold).at(moment)

    exact = sum(
        (1000 * units * Fraction(27, 28) ** (moment - at).days for at, units in sold), Fraction(0)
    )
    assert 0 <= exact - counted <= len({at for at, _ in sold}) + 1


def test_what_sells_steadily_counts_for_what_sells_in_four_weeks() -> None:
    sold = [(NOW + day * DAY, 3) for day in range(400)]

    pace = pace_of(sold)

    assert units_in_a_week(pace.at(sold[-1][0])) == pytest.approx(21, rel=0.01)


@given(sales, LATER, st.integers(1, 50), st.integers(0, 100), st.integers(1, 52))
def test_more_on_hand_lasts_longer_and_more_sold_shorter(
    sold: list[tuple[datetime, int]], later: datetime, units: int, on_hand: int, weeks: int
) -> None:
    pace = pace_of(sold)
    moment = max(later, datetime.fromordinal(max(1, pace.day)).replace(tzinfo=UTC))
    faster = pace.with_sold(units, moment)

    assert faster.at(moment) == pace.at(moment) + 1000 * units
    if not lasts(on_hand + units, pace.at(moment), weeks):
        assert not lasts(on_hand, pace.at(moment), weeks)
    if not lasts(on_hand, pace.at(moment), weeks):
        assert not lasts(on_hand, faster.at(moment), weeks)
        assert not lasts(on_hand, pace.at(moment), weeks + 1)
    left = weeks_left(on_hand, pace.at(moment))
    if left is not None and abs(left - weeks) > 1e-6:
        assert lasts(on_hand, pace.at(moment), weeks) == (left > weeks)


@given(sales, LATER, st.integers(0, 1400))
def test_a_pace_only_fades_and_does_so_at_midnight(
    sold: list[tuple[datetime, int]], later: datetime, days: int
) -> None:
    pace = pace_of(sold)
    moment = later + days * DAY
    midnight = next_fading(moment)

    assert pace.at(midnight - timedelta(milliseconds=1)) == pace.at(moment)
    assert pace.at(midnight) <= pace.at(moment)
    assert moment < midnight <= moment + DAY


def test_what_never_sold_or_not_for_long_lasts_for_ever() -> None:
    assert lasts(0, NO_PACE.at(NOW), 520)
    assert lasts(-3, NO_PACE.at(NOW), 520)
    assert weeks_left(5, NO_PACE.at(NOW)) is None
    assert NO_PACE.with_sold(2_000_000, NOW).at(NOW + 600 * DAY) == 0


def test_stock_lasts_for_exactly_so_many_weeks() -> None:
    pace = NO_PACE.with_sold(4, NOW).at(NOW)

    assert lasts(20, pace, 20)
    assert not lasts(20, pace, 21)
    assert (units_in_a_week(pace), weeks_left(20, pace), weeks_left(-1, pace)) == (1.0, 20.0, 0.0)


def test_a_sale_that_is_taken_back_counts_no_more_and_never_below_none() -> None:
    assert NO_PACE.with_sold(5, NOW).with_sold(-3, NOW) == NO_PACE.with_sold(2, NOW)
    assert NO_PACE.with_sold(5, NOW).with_sold(-9, NOW).at(NOW) == 0


def test_a_clock_that_is_late_loses_no_sale_and_the_count_fits_its_column() -> None:
    early = NO_PACE.with_sold(5, NOW).with_sold(1, NOW - DAY)

    assert early == NO_PACE.with_sold(6, NOW)
    assert NO_PACE.with_sold(LARGEST, NOW).with_sold(LARGEST, NOW).thousandths == LARGEST
