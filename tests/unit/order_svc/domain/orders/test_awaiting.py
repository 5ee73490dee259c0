"""A line that waits for goods: promised, re-dated, released whole, sought again, given back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_svc.domain.lifecycles.actions import Action
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, place
from order_svc.domain.orders.available import actions_on_line
from order_svc.domain.orders.awaiting import Standing, StandingLine, heard, renewed
from order_svc.domain.orders.cancelling import CancelReason, cancel_line, cancel_order, source_again
from order_svc.domain.orders.change import Happening
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.stock_effects import ReleaseStock, SourceLine, StockLine
from order_svc.mongo.fulfilment_documents import fulfilment_document, fulfilment_of
from order_svc.mongo.order_documents import order_document, order_of
from service_kit.commands.refusal import Refusal
from tests.support.orders import AT, a_place, a_placing_order, line_of

S = SliceState
APRIL, MAY, JUNE = (AT + timedelta(days=days) for days in (40, 70, 100))
REASON = CancelReason.CUSTOMER_REQUEST


def a_waiting_order() -> Order:
    """Three of A, one of them there and two to come; and one of B, which is there."""
    found = (
        AllocatedLine("o1.l1", 1, a_place("W1")),
        AllocatedLine("o1.l1", 2, a_place("W1"), APRIL),
        AllocatedLine("o1.l2", 1, a_place("S1")),
    )
    return place(a_placing_order(3, 1), Allocation("r1", found), AT).order


def standing(*rows: tuple[int, datetime | None], at: str = "W1") -> Standing:
    lines = (StandingLine("o1.l1", a_place(at), units, date) for units, date in rows)
    return Standing("r1", 2, tuple(lines))


def states(line: Line) -> dict[SliceState, int]:
    return {part.state: part.quantity for part in line.slices}


def test_a_line_waits_whole_for_what_is_still_to_come_and_the_others_do_not() -> None:
    order = a_waiting_order()

    assert states(line_of(order)) == {S.BACKORDERED: 3}
    assert line_of(order).available_from == APRIL
    assert states(line_of(order, 2)) == {S.ALLOCATED: 1}
    assert [one.location.code for one in order.fulfilments] == ["S1"]
    assert order.status is OrderStatus.OPEN


def test_an_order_that_waits_survives_being_kept() -> None:
    order = a_waiting_order()
    kept = order_document(order)
    (fulfilment,) = (fulfilment_of(fulfilment_document(order, one)) for one in order.fulfilments)

    assert kept["awaits"] == ["r1"]
    assert order_of(kept, (fulfilment,)) == order


def test_what_has_come_in_part_keeps_waiting_and_another_date_is_told() -> None:
    order = a_waiting_order()

    assert renewed(order, standing((2, None), (1, APRIL)), AT) is None
    change = renewed(order, standing((1, None), (2, MAY)), AT)

    assert change is not None
    assert line_of(change.order).available_from == MAY
    assert states(line_of(change.order)) == {S.BACKORDERED: 3}
    assert [entry.happening for entry in change.entries] == [Happening.LINE_DATE_CHANGED]
    assert change.effects == ()


def test_a_line_of_which_all_is_there_goes_to_its_locations() -> None:
    rows = Standing(
        "r1",
        2,
        (
            StandingLine("o1.l1", a_place("W1"), 2),
            StandingLine("o1.l1", a_place("S1"), 1),
            StandingLine("o1.l2", a_place("S1"), 1),
        ),
    )
    found = (
        AllocatedLine("o1.l1", 2, a_place("W1"), APRIL),
        AllocatedLine("o1.l1", 1, a_place("S1"), APRIL),
        AllocatedLine("o1.l2", 1, a_place("S1")),
    )
    order = place(a_placing_order(3, 1), Allocation("r1", found), AT).order

    change = renewed(order, rows, AT)

    assert change is not None
    parts = [(part.quantity, part.state) for part in line_of(change.order).slices]
    assert parts == [(1, S.ALLOCATED), (2, S.ALLOCATED)]
    assert line_of(change.order).available_from is None
    assert [one.location.code for one in change.order.fulfilments] == ["S1", "S1", "W1"]
    assert renewed(change.order, rows, AT) is None


def test_what_does_not_come_any_more_is_given_up_and_sought_elsewhere_and_the_rest_waits() -> None:
    change = renewed(a_waiting_order(), standing((1, None), (1, APRIL)), AT)

    assert change is not None
    assert states(line_of(change.order)) == {S.SOURCING: 1, S.BACKORDERED: 2}
    assert change.effects == (
        SourceLine("o1.e2.0", "o1", "o1.l1", 1),
        ReleaseStock("o1.e2.1", "o1", "r1", (StockLine("o1.l1", "W1", 1),)),
    )


def test_what_waits_is_given_back_when_it_is_cancelled() -> None:
    order = a_waiting_order()

    some = cancel_line(order, line_of(order), 2, REASON)
    everything = cancel_order(order, REASON)

    assert some.effects == (ReleaseStock("o1.e2.0", "o1", "r1", (StockLine("o1.l1", "W1", 2),)),)
    assert everything.effects == (
        ReleaseStock("o1.e2.0", "o1", "r1", (StockLine("o1.l2", "S1", 1),)),
        ReleaseStock("o1.e2.1", "o1", "r1", (StockLine("o1.l1", "W1", 3),)),
    )


def test_more_than_is_still_wanted_is_not_taken() -> None:
    order = a_waiting_order()
    wanted = cancel_line(order, line_of(order), 2, REASON).order

    change = renewed(wanted, standing((3, None)), AT)

    assert change is not None
    assert states(line_of(change.order)) == {S.ALLOCATED: 1, S.CANCELLED: 2}


def test_what_waits_at_two_locations_is_taken_at_each_as_far_as_it_waits_there() -> None:
    found = (
        AllocatedLine("o1.l1", 2, a_place("S1"), APRIL),
        AllocatedLine("o1.l1", 1, a_place("W1"), APRIL),
        AllocatedLine("o1.l2", 1, a_place("S1")),
    )
    order = place(a_placing_order(3, 1), Allocation("r1", found), AT).order
    wanted = cancel_line(order, line_of(order), 1, REASON)
    (released,) = wanted.effects
    assert isinstance(released, ReleaseStock)
    assert released.lines == (StockLine("o1.l1", "S1", 1),)
    rows = (
        StandingLine("o1.l1", a_place("S1"), 2),
        StandingLine("o1.l1", a_place("W1"), 1),
    )

    change = renewed(wanted.order, Standing("r1", 2, rows), AT)

    assert change is not None
    assert line_of(change.order).quantity_in(S.ALLOCATED) == 2
    given = {one.location.code: one.lines for one in change.order.fulfilments[1:]}
    assert {code: [line.quantity for line in lines] for code, lines in given.items()} == {
        "S1": [1],
        "W1": [1],
    }


def test_a_location_where_nothing_waits_any_more_holds_no_line_back() -> None:
    found = (
        AllocatedLine("o1.l1", 2, a_place("S1"), MAY),
        AllocatedLine("o1.l1", 1, a_place("W1"), APRIL),
        AllocatedLine("o1.l2", 1, a_place("S1")),
    )
    order = place(a_placing_order(3, 1), Allocation("r1", found), AT).order
    wanted = cancel_line(order, line_of(order), 2, REASON).order
    rows = (
        StandingLine("o1.l1", a_place("S1"), 2, MAY),
        StandingLine("o1.l1", a_place("W1"), 1),
    )

    change = renewed(wanted, Standing("r1", 2, rows), AT)

    assert change is not None
    assert states(line_of(change.order)) == {S.ALLOCATED: 1, S.CANCELLED: 2}


@pytest.mark.parametrize("quantity", [2, 3])
def test_the_date_of_a_line_lasts_as_long_as_anything_waits(quantity: int) -> None:
    order = a_waiting_order()

    cancelled = cancel_line(order, line_of(order), quantity, REASON).order
    lost = renewed(order, standing((3 - quantity, APRIL)), AT)

    assert lost is not None
    expected = APRIL if quantity == 2 else None
    assert line_of(cancelled).available_from == expected
    assert line_of(lost.order).available_from == expected
    assert line_of(cancel_order(order, REASON).order).available_from is None


def test_nobody_seeks_stock_for_what_is_on_its_way() -> None:
    order = a_waiting_order()
    seeking = actions_on_line(line_of(order), allowed=True)[1]

    assert seeking.action is Action.ORDER_LINE_SOURCE
    assert seeking.hindrance is not None
    with pytest.raises(Refusal):
        source_again(order, line_of(order))


def a_seeking_order() -> Order:
    """That order after one of the two to come was lost, and is sought as `o1.e2.0`."""
    change = renewed(a_waiting_order(), standing((1, None), (1, APRIL)), AT)
    assert change is not None
    return change.order


def test_what_is_found_for_lost_units_but_still_to_come_is_waited_for_beside_the_rest() -> None:
    found = Allocation("r2", (AllocatedLine("o1.l1", 1, a_place("S2"), MAY),))

    change = sourced(a_seeking_order(), "o1.l1", "o1.e2.0", [found], AT)

    assert change is not None
    order = change.order
    assert line_of(order).quantity_in(S.BACKORDERED) == 3
    assert line_of(order).available_from == MAY
    assert [entry.happening for entry in change.entries] == [Happening.LINE_BACKORDERED]
    assert sourced(order, "o1.l1", "o1.e2.0", [found], AT) is None
    assert order_document(order)["awaits"] == ["r1", "r2"]
    assert order_of(order_document(order), order.fulfilments) == order

    there = renewed(order, Standing("r2", 2, (StandingLine("o1.l1", a_place("S2"), 1),)), AT)
    assert there is not None
    assert states(line_of(there.order)) == {S.BACKORDERED: 2, S.ALLOCATED: 1}
    assert line_of(there.order).available_from == APRIL


@pytest.mark.parametrize(("moved", "expected"), [(APRIL, APRIL), (JUNE, JUNE)])
def test_a_line_has_the_date_of_the_last_of_its_reservations(
    moved: datetime, expected: datetime
) -> None:
    found = Allocation("r2", (AllocatedLine("o1.l1", 1, a_place("S2"), MAY),))
    both = sourced(a_seeking_order(), "o1.l1", "o1.e2.0", [found], AT)
    assert both is not None
    sooner = renewed(both.order, standing((1, None), (1, AT)), AT)
    assert sooner is not None
    assert line_of(sooner.order).available_from == MAY

    rows = (StandingLine("o1.l1", a_place("S2"), 1, moved),)
    change = renewed(sooner.order, Standing("r2", 2, rows), AT)

    assert change is not None
    assert line_of(change.order).available_from == expected


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=8))
def test_whatever_is_heard_last_the_newest_version_counts(read: list[tuple[int, int]]) -> None:
    dates = {version: AT + timedelta(days=day) for version, day in read}
    order = a_waiting_order()
    for version, _ in read:
        stands = (StandingLine("o1.l1", a_place("W1"), 3, dates[version]),)
        known = Standing("r1", version, stands)
        noted = heard(order, known)
        change = None if noted is None else renewed(noted, known, AT)
        order = order if noted is None else noted if change is None else change.order

    assert line_of(order).available_from == dates[max(dates)]
