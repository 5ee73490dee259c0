"""A line that may not leave before a date: it waits, though the goods are there."""

from datetime import datetime, timedelta

import pytest

from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line, Wait
from order_svc.domain.orders.allocation import (
    AllocatedLine,
    Allocation,
    place,
    waits_until,
)
from order_svc.domain.orders.awaiting import Standing, StandingLine, awaited_dates, renewed
from order_svc.domain.orders.change import Happening
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.stock_effects import SourceLine
from order_svc.mongo.order_documents import order_document
from tests.support.orders import AT, a_place, a_placing_order, line_of

S = SliceState
APRIL, MAY = AT + timedelta(days=40), AT + timedelta(days=70)
A_TICK = timedelta(milliseconds=1)


def a_held_order(release: datetime = APRIL) -> Order:
    """Three of A, which is there and held, and one of B, which may leave."""
    found = (
        AllocatedLine("o1.l1", 3, a_place("W1"), not_before=release),
        AllocatedLine("o1.l2", 1, a_place("S1")),
    )
    return place(a_placing_order(3, 1), Allocation("r1", found), AT).order


def standing(units: int, release: datetime | None, came: datetime | None = None) -> Standing:
    line = StandingLine("o1.l1", a_place("W1"), units, came, release)
    return Standing("r1", 2, (line, StandingLine("o1.l2", a_place("S1"), 1)))


def states(line: Line) -> dict[SliceState, int]:
    return {part.state: part.quantity for part in line.slices}


def test_goods_that_are_there_are_offered_to_nobody_before_their_date() -> None:
    order = a_held_order()

    assert states(line_of(order)) == {S.BACKORDERED: 3}
    assert line_of(order).available_from == APRIL
    assert awaited_dates(order) == {("r1", APRIL)}
    assert [one.location.code for one in order.fulfilments] == ["S1"]


@pytest.mark.parametrize(
    ("moment", "expected"), [(APRIL - A_TICK, S.BACKORDERED), (APRIL, S.ALLOCATED)]
)
def test_they_go_to_their_location_at_the_date_and_not_before(
    moment: datetime, expected: SliceState
) -> None:
    order = a_held_order()
    change = renewed(order, standing(3, APRIL), moment)
    after = order if change is None else change.order

    assert states(line_of(after)) == {expected: 3}
    assert (line_of(after).available_from is None) == (expected is S.ALLOCATED)


def test_a_date_that_has_moved_is_promised_anew() -> None:
    change = renewed(a_held_order(), standing(3, MAY), APRIL)

    assert change is not None
    assert awaited_dates(change.order) == {("r1", MAY)}
    assert states(line_of(change.order)) == {S.BACKORDERED: 3}


def test_what_is_over_already_holds_nothing() -> None:
    assert states(line_of(a_held_order(AT))) == {S.ALLOCATED: 3}


@pytest.mark.parametrize(
    ("came", "release", "expected"),
    [
        (None, None, None),
        (APRIL, None, APRIL),
        (None, APRIL, APRIL),
        (APRIL, MAY, MAY),
        (MAY, APRIL, MAY),
        (AT - A_TICK, None, AT - A_TICK),
        (None, AT, None),
    ],
)
def test_the_later_of_two_dates_counts_and_what_is_late_still_waits(
    came: datetime | None, release: datetime | None, expected: datetime | None
) -> None:
    assert waits_until(came, release, AT) == expected


def test_what_is_found_elsewhere_is_held_too_however_often_that_is_told() -> None:
    lost = renewed(a_held_order(), standing(1, APRIL), AT)
    assert lost is not None
    seeks = next(effect for effect in lost.effects if isinstance(effect, SourceLine))
    found = AllocatedLine("o1.l1", 2, a_place("S1"), not_before=APRIL)

    change = sourced(lost.order, "o1.l1", seeks.key, [Allocation("r2", (found,))], AT)

    assert change is not None
    assert line_of(change.order).quantity_in(S.BACKORDERED) == 3
    assert awaited_dates(change.order) == {("r1", APRIL), ("r2", APRIL)}
    assert sourced(change.order, "o1.l1", seeks.key, [Allocation("r2", (found,))], AT) is None


def an_order_to_prepare() -> Order:
    """Three of A and one of B, which W1 and S1 have been given."""
    found = (
        AllocatedLine("o1.l1", 3, a_place("W1")),
        AllocatedLine("o1.l2", 1, a_place("S1")),
    )
    return place(a_placing_order(3, 1), Allocation("r1", found), AT).order


def test_what_nobody_has_begun_to_pick_waits_when_its_date_is_put_off() -> None:
    order = an_order_to_prepare()
    assert order_document(order)["allocated"] == ["A", "B"]

    change = renewed(order, standing(3, MAY), APRIL)

    assert change is not None
    assert states(line_of(change.order)) == {S.BACKORDERED: 3}
    assert line_of(change.order).waits == (Wait("r1", MAY, 2),)
    assert states(line_of(change.order, 2)) == {S.ALLOCATED: 1}
    kept = {one.location.code: one.state for one in change.order.fulfilments}
    assert kept == {"W1": FulfilmentState.CANCELLED, "S1": FulfilmentState.ASSIGNED}
    assert [entry.happening for entry in change.entries] == [Happening.LINE_HELD]
    assert change.effects == ()
    assert order_document(change.order)["allocated"] == ["B"]
    assert renewed(change.order, standing(3, MAY), APRIL) is None

    there = renewed(change.order, standing(3, None), MAY)
    assert there is not None
    assert states(line_of(there.order)) == {S.ALLOCATED: 3}


@pytest.mark.parametrize(("picked", "short"), [(1, 0), (3, 0), (1, 1)])
def test_what_is_being_picked_is_not_taken_back(picked: int, short: int) -> None:
    order = an_order_to_prepare()
    warehouse = next(one for one in order.fulfilments if one.location.code == "W1")
    reason = ShortReason.NOT_FOUND if short else None
    begun = pick(order, warehouse, [PickedLine("o1.l1", picked, short, reason)], AT).order

    assert renewed(begun, standing(3 - short, MAY), APRIL) is None
