"""What a stock event says to those who follow availability."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.crossings import (
    AVAILABILITY_CHANGED,
    BANDS,
    Crossing,
    crossed,
    sections_of_position,
)
from inventory_svc.domain.stock.draft import PositionChange
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.envelope import public_topic

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = PositionKey("shirt", "S1")
UNITS = st.integers(0, 200)


def said(before: Position | None, after: Position, now: datetime = NOW) -> Any:
    return sections(before, after, now).get(AVAILABILITY_CHANGED)


def sections(before: Position | None, after: Position, now: datetime = NOW) -> dict[str, Any]:
    change = PositionChange(before, after)
    return dict(sections_of_position(change, now, lambda _: ("app", "web")))


def a_position(on_hand: int, *holds: Hold, allocated: int = 0, at: datetime = NOW) -> Position:
    return Position(KEY, on_hand=on_hand, allocated=allocated, holds=holds, changed_at=at)


@pytest.mark.parametrize(
    ("before", "after", "crossing"),
    [
        (0, 1, Crossing.BACK_IN_STOCK),
        (0, 500, Crossing.BACK_IN_STOCK),
        (1, 0, Crossing.SOLD_OUT),
        (500, 0, Crossing.SOLD_OUT),
        (4, 5, Crossing.BAND),
        (20, 19, Crossing.BAND),
        (100, 4, Crossing.BAND),
        (3, 2, Crossing.NONE),
        (0, 0, Crossing.NONE),
    ],
)
def test_a_change_is_named_by_the_line_it_crosses(
    before: int, after: int, crossing: Crossing
) -> None:
    assert crossed(before, after) is crossing


@given(before=UNITS, after=UNITS)
def test_the_way_back_crosses_the_same_line(before: int, after: int) -> None:
    back = {Crossing.SOLD_OUT: Crossing.BACK_IN_STOCK, Crossing.BACK_IN_STOCK: Crossing.SOLD_OUT}
    there = crossed(before, after)
    assert crossed(after, before) is back.get(there, there)
    between = any(min(before, after) < line <= max(before, after) for line in BANDS)
    assert (there is not Crossing.NONE) == between


def test_a_first_count_brings_an_item_into_stock() -> None:
    section = said(None, a_position(7))
    location = to_global_id("Location", "S1")
    assert section["keys"] == {"skus": "shirt", "channel": ["app", "web"], "locationIds": location}
    assert section["payload"] == {
        "sku": "shirt",
        "item": {"sku": "shirt"},
        "location": {"id": location},
        "condition": "NEW",
        "available": 7,
        "onHand": 7,
        "crossed": "BACK_IN_STOCK",
    }


def test_shoppers_are_told_all_but_how_many_there_are() -> None:
    whole = sections(None, a_position(7))
    for_all, for_shoppers = whole[AVAILABILITY_CHANGED], whole[public_topic(AVAILABILITY_CHANGED)]
    assert for_shoppers["keys"] == for_all["keys"]
    assert for_shoppers["payload"] == {**for_all["payload"], "onHand": None}


def test_shoppers_are_told_nothing_of_goods_that_are_not_new() -> None:
    used = replace(a_position(7), key=PositionKey("shirt", "S1", Condition.USED_A))
    assert list(sections(None, used)) == [AVAILABILITY_CHANGED]


def test_shoppers_are_told_nothing_of_what_no_channel_sells() -> None:
    change = PositionChange(None, a_position(7))
    assert list(sections_of_position(change, NOW, lambda _: ())) == [AVAILABILITY_CHANGED]


def test_shoppers_are_told_nothing_when_the_count_alone_changes() -> None:
    before, after = a_position(3, allocated=2), a_position(1)
    assert list(sections(before, after)) == [AVAILABILITY_CHANGED]


def test_goods_that_were_promised_and_leave_change_the_count_alone() -> None:
    section = said(a_position(3, allocated=2), a_position(1))
    assert (section["payload"]["available"], section["payload"]["onHand"]) == (1, 1)
    assert section["payload"]["crossed"] == "NONE"


def test_a_change_that_nobody_can_see_says_nothing() -> None:
    assert (
        said(a_position(3, allocated=1), a_position(3, Hold(NOW + timedelta(hours=1), 1))) is None
    )


def test_the_end_of_a_hold_is_told_by_the_event_that_writes_it() -> None:
    ended = NOW + timedelta(minutes=5)
    later = ended + timedelta(seconds=1)
    section = said(a_position(1, Hold(ended, 1)), a_position(1, at=later), later)
    assert (section["payload"]["available"], section["payload"]["crossed"]) == (1, "BACK_IN_STOCK")
