"""What counts as drawn of a share, however long it is since a location was counted."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.position import PositionKey
from tests.support.stock import NOW

WEEK = timedelta(days=7)
EMPTY = ShareDraw(ShareKey("half", "shirt"))
shipments = st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 5)), max_size=40)


def never(_key: PositionKey) -> datetime | None:
    """Give the count of a place that is only fed by deltas."""
    return None


def test_what_left_a_place_that_nobody_counts_is_drawn_for_a_week() -> None:
    draw = EMPTY.left("S1", 3, NOW, never)

    assert draw.drawn(NOW + WEEK - timedelta(milliseconds=1), never) == 3
    assert draw.drawn(NOW + WEEK, never) == 0


@given(shipments)
def test_of_a_place_that_nobody_counts_no_more_than_a_week_is_kept(
    shipped: list[tuple[int, int]],
) -> None:
    draw, now = EMPTY, NOW
    left: dict[datetime, int] = {}
    for minutes, units in shipped:
        now += timedelta(minutes=minutes)
        draw = draw.left("S1", units, now, never)
        hour = now.replace(minute=0)
        left[hour] = left.get(hour, 0) + units

    of_the_week = [units for hour, units in left.items() if hour > now - WEEK]
    assert sum(of_the_week) <= draw.drawn(now, never) <= sum(left.values())
    assert len(draw.shipped) <= len(of_the_week) + 1
