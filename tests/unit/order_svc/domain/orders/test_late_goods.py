"""Goods that come later than an order accepts: others are sought in time, or it is told."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_svc.domain.history.events import events_of_order
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Hands
from order_svc.domain.orders.allocation import AllocatedLine, Allocation
from order_svc.domain.orders.awaiting import renewed
from order_svc.domain.orders.cancelling import CancelReason, cancel_line
from order_svc.domain.orders.change import Happening
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.stock_effects import ReleaseStock, SourceLine, StockLine
from order_svc.mongo.order_documents import order_document, order_of
from service_kit.messaging.entity_events import Cause
from tests.support.late_goods import (
    APRIL,
    JULY,
    JUNE,
    KEY,
    MAY,
    a_late_order,
    a_waiting_order,
    in_time,
    moved,
    standing,
)
from tests.support.orders import AT, a_place, line_of

S = SliceState


def update_types(before: Order, after: Order) -> list[str]:
    events = events_of_order(before, after, Cause("user:x", "test", AT))
    said: list[Any] = [event.data.get("orderUpdated") for event in events]
    return [one["payload"]["type"] for one in said if one]


def test_a_date_that_is_not_accepted_has_others_sought_while_the_units_stay_kept() -> None:
    order = a_waiting_order()

    change = moved(order, (3, JUNE))

    line = line_of(change.order)
    assert change.effects == (SourceLine(KEY, "o1", "o1.l1", 3, kept=True),)
    assert (line.available_from, line.is_late, change.order.at_risk) == (JUNE, True, True)
    assert [(part.state, part.hands) for part in line.slices] == [
        (S.BACKORDERED, Hands(sourcing_id=KEY, reservation_id="r1", location_code="W1"))
    ]
    assert order_document(change.order)["atRisk"] is True
    assert order_of(order_document(change.order), ()) == change.order
    assert renewed(change.order, standing((3, JUNE), version=3), AT) is None


def test_a_date_that_is_accepted_has_nothing_sought() -> None:
    change = moved(a_waiting_order(), (3, MAY))

    assert change.effects == ()
    assert not change.order.at_risk
    assert "atRisk" not in order_document(change.order)


def test_units_for_which_others_come_in_time_leave_what_kept_them() -> None:
    order = a_late_order()

    change = sourced(order, "o1.l1", KEY, [in_time(3)], AT)

    assert change is not None
    late = (StockLine("o1.l1", "W1", 3),)
    assert change.effects == (ReleaseStock(f"{KEY}.r2.late.0", "o1", "r1", late),)
    line = line_of(change.order)
    assert (line.available_from, line.is_late) == (MAY, False)
    assert [part.hands.reservation_id for part in line.slices] == ["r2"]
    assert sourced(change.order, "o1.l1", KEY, [in_time(3)], AT) is None


def test_what_nothing_brings_in_time_stays_kept_and_is_told() -> None:
    order = a_late_order()

    change = sourced(order, "o1.l1", KEY, [in_time(1)], AT)

    assert change is not None
    parts = [(part.quantity, part.hands) for part in line_of(change.order).slices]
    assert sorted(parts) == [
        (1, Hands(reservation_id="r2", location_code="W2")),
        (2, Hands(reservation_id="r1", location_code="W1")),
    ]
    told = change.entries[-1]
    assert told.happening is Happening.LINE_PROMISE_BROKEN
    assert told.details == {
        "quantity": "2",
        "availableFrom": JUNE.isoformat(),
        "acceptUntil": MAY.isoformat(),
    }
    assert update_types(order, change.order) == ["PROMISE_BROKEN"]
    assert change.order.at_risk


def test_units_for_which_others_are_there_go_to_their_location_at_once() -> None:
    there = Allocation("r2", (AllocatedLine("o1.l1", 3, a_place("S1")),))

    change = sourced(a_late_order(), "o1.l1", KEY, [there], AT)

    assert change is not None
    assert [part.state for part in line_of(change.order).slices] == [S.ALLOCATED]
    assert line_of(change.order).available_from is None


@pytest.mark.parametrize("date", [None, MAY])
def test_goods_that_come_in_time_after_all_leave_what_was_found_to_others(
    date: datetime | None,
) -> None:
    back = moved(a_late_order(), (3, date), version=3).order

    change = sourced(back, "o1.l1", KEY, [in_time(3)], AT)

    assert change is not None
    found = (StockLine("o1.l1", "W2", 3),)
    surplus = ReleaseStock(f"{KEY}.r2.surplus", "o1", "r2", found)
    assert change.effects == (surplus,)
    assert not change.order.at_risk
    assert change.entries == ()


def test_another_date_that_is_late_has_the_units_sought_anew() -> None:
    change = moved(a_late_order(), (3, JULY), version=3)

    assert change.effects == (SourceLine("o1.e3.0", "o1", "o1.l1", 3, kept=True),)
    assert {part.hands.sourcing_id for part in line_of(change.order).slices} == {"o1.e3.0"}


def test_only_the_late_units_of_a_line_are_sought() -> None:
    change = moved(a_waiting_order(), (1, None), (1, APRIL), (1, JUNE))

    assert change.effects == (SourceLine(KEY, "o1", "o1.l1", 1, kept=True),)


@given(st.integers(1, 4), st.integers(0, 4), st.integers(0, 4))
def test_whatever_is_found_and_cancelled_meanwhile_every_unit_is_kept_once(
    units: int, found: int, cancelled: int
) -> None:
    order = a_late_order(units)
    if min(cancelled, units):
        reason = CancelReason.CUSTOMER_REQUEST
        order = cancel_line(order, line_of(order), min(cancelled, units), reason).order
    wanted = line_of(order).quantity_in(S.BACKORDERED)
    allocations = [in_time(found)] if found else []

    change = sourced(order, "o1.l1", KEY, allocations, AT)

    after = order if change is None else change.order
    effects = () if change is None else change.effects
    released = {"r1": 0, "r2": 0}
    for effect in effects:
        assert isinstance(effect, ReleaseStock)
        released[effect.reservation_id] += sum(line.quantity for line in effect.lines)
    kept = {"r1": 0, "r2": 0}
    for part in line_of(after).slices:
        if part.hands.reservation_id:
            kept[part.hands.reservation_id] += part.quantity
            assert part.hands.sourcing_id is None
    taken = min(found, wanted)
    assert kept == {"r1": wanted - taken, "r2": taken}
    assert released == {"r1": taken, "r2": found - taken}
