"""A till that sells what is kept for somebody ends the reservation by as much."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.rule import Share
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation, ReservationState
from inventory_svc.domain.stock.unavailable import Disposition
from inventory_svc.domain.stock.units.unit import UnitState
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

SHIRT = PositionKey("shirt", "S1")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def stock(clock: SettableClock) -> InMemoryStock:
    return InMemoryStock(clock)


def kept(stock: InMemoryStock, units: int, on_hand: int) -> Reservation:
    """Keep so many of the units that are there for Ann."""
    _, held = stock.commit(build.a_count(SHIRT, on_hand), build.a_hold("shirt", units))
    assert held.reservation is not None
    return held.reservation


def test_a_unit_that_is_kept_and_sold_leaves_no_hold(stock: InMemoryStock) -> None:
    hold = kept(stock, 1, on_hand=1)

    stock.commit(build.a_sale_of(hold, SHIRT))
    stock.commit(build.a_feed(FeedMode.DELTA, (SHIRT, 1)))

    assert stock.reservations[hold.identifier].state is ReservationState.CONSUMED
    assert stock.counters(SHIRT) == stock.folded(SHIRT) == (1, 0, 0)
    assert stock.available(SHIRT) == 1


def test_the_rest_of_a_reservation_stays_kept(stock: InMemoryStock) -> None:
    hold = kept(stock, 3, on_hand=3)

    stock.commit(build.a_sale_of(hold, SHIRT))

    left = stock.reservations[hold.identifier]
    assert (left.state, left.pegs[0].open) == (ReservationState.ACTIVE, 2)
    assert stock.counters(SHIRT) == (2, 0, 2)


def test_what_is_sold_beyond_a_reservation_is_anybodys(stock: InMemoryStock) -> None:
    hold = kept(stock, 1, on_hand=3)

    stock.commit(build.a_sale_of(hold, SHIRT, 2))

    assert stock.counters(SHIRT) == stock.folded(SHIRT) == (1, 0, 0)
    assert stock.reservations[hold.identifier].state is ReservationState.CONSUMED


def test_a_sale_of_what_was_kept_too_long_is_a_sale(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    hold = kept(stock, 1, on_hand=2)
    clock.advance(timedelta(minutes=16))

    (sold,) = stock.commit(build.a_sale_of(hold, SHIRT))
    stock.commit(build.an_expiry(hold))

    assert not sold.outcome.refusals
    assert stock.counters(SHIRT) == (1, 0, 0)
    assert stock.reservations[hold.identifier].state is ReservationState.EXPIRED


def test_a_sale_that_names_what_is_not_kept_there_changes_nothing(stock: InMemoryStock) -> None:
    hold = kept(stock, 1, on_hand=5)
    _, other, ordered = stock.commit(
        build.a_count(PositionKey("shirt", "S2"), 5),
        build.a_hold("shirt", 1, at="S2"),
        build.an_allocation(("shirt", 1)),
    )
    assert other.reservation is not None
    assert ordered.reservation is not None
    stock.commit(build.a_sale_of(hold, SHIRT))
    before, positions = dict(stock.reservations), dict(stock.positions)

    for named, code in (
        (hold, "RESERVATION_ENDED"),
        (other.reservation, "RESERVATION_DOES_NOT_FIT"),
        (ordered.reservation, "FORBIDDEN"),
        (replace(hold, identifier="?"), "NOT_FOUND"),
    ):
        (decided,) = stock.commit(build.a_sale_of(named, SHIRT))
        (refusal,) = decided.outcome.refusals
        assert (refusal.code, refusal.path) == (code, ("input", "reservationId"))
    assert (stock.reservations, stock.positions) == (before, positions)


def test_more_than_there_is_cannot_be_sold_whoever_it_is_kept_for(stock: InMemoryStock) -> None:
    hold = kept(stock, 1, on_hand=1)

    (decided,) = stock.commit(build.a_sale_of(hold, SHIRT, 2))

    assert [each.code for each in decided.outcome.refusals] == ["NEGATIVE_STOCK"]
    assert stock.reservations[hold.identifier] == hold


def test_a_kept_piece_that_is_sold_is_gone(stock: InMemoryStock, clock: SettableClock) -> None:
    stock.commit(build.a_registration(("p1", SHIRT), ("p2", SHIRT)))
    end = clock.now() + timedelta(minutes=5)
    bought = replace(
        build.a_purchase("p1", SHIRT, expires_at=end),
        order_id=None,
    )
    (held,) = stock.commit(bought)
    assert held.reservation is not None

    (refused,) = stock.commit(build.a_sale_of(held.reservation, SHIRT, 2))
    (sold,) = stock.commit(build.a_sale_of(held.reservation, SHIRT))

    assert [each.code for each in refused.outcome.refusals] == ["PIECES_ON_HAND"]
    assert not sold.outcome.refusals
    assert stock.units["p1"].state is UnitState.SOLD
    assert stock.positions[SHIRT].pieces == 1
    assert stock.counters(SHIRT) == stock.folded(SHIRT) == (1, 0, 0)


def test_a_sale_of_what_is_kept_leaves_the_sale_that_somebody_else_began(
    stock: InMemoryStock,
) -> None:
    hold = kept(stock, 1, on_hand=2)
    stock.commit(build.a_declaration(SHIRT, 1, Disposition.SALE_IN_PROGRESS))

    stock.commit(build.a_sale_of(hold, SHIRT))
    (ordered,) = stock.commit(build.an_allocation(("shirt", 1)))

    assert stock.declared(SHIRT) == {Disposition.SALE_IN_PROGRESS: 1}
    assert [each.code for each in ordered.outcome.refusals] == ["INSUFFICIENT_STOCK"]


def test_units_sold_beyond_those_kept_end_the_sale_in_progress(stock: InMemoryStock) -> None:
    hold = kept(stock, 1, on_hand=5)
    stock.commit(build.a_declaration(SHIRT, 3, Disposition.SALE_IN_PROGRESS))

    stock.commit(build.a_sale_of(hold, SHIRT, 3))

    assert stock.declared(SHIRT) == {Disposition.SALE_IN_PROGRESS: 1}


def test_the_last_unit_was_both_kept_and_being_sold(stock: InMemoryStock) -> None:
    hold = kept(stock, 1, on_hand=1)
    stock.commit(build.a_declaration(SHIRT, 1, Disposition.SALE_IN_PROGRESS))

    stock.commit(build.a_sale_of(hold, SHIRT))

    assert stock.declared(SHIRT) == {}


def test_what_was_drawn_of_a_share_has_left_until_the_next_count(clock: SettableClock) -> None:
    stock = InMemoryStock(clock, rule.a_policy(rule.a_rule("a", Share(cap=3), channel="web")))
    stock.commit(build.a_count(SHIRT, 9))
    (held,) = stock.commit(replace(build.a_hold("shirt", 2), channel="web"))
    assert held.reservation is not None
    clock.advance(timedelta(minutes=1))

    stock.commit(build.a_sale_of(held.reservation, SHIRT, 2))

    draw = stock.draws[ShareKey("a", "shirt", Condition.NEW)]
    tomorrow = clock.now() + timedelta(days=1)
    assert draw.drawn(tomorrow, lambda key: stock.positions[key].counted_at) == 2


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)), max_size=8),
)
def test_the_books_agree_whatever_a_till_sells(
    wishes: list[int], sales: list[tuple[int, int]]
) -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.a_count(SHIRT, 10))
    for wish in wishes:
        stock.commit(build.a_hold("shirt", wish))
    for which, units in sales:
        hold = list(stock.reservations.values())[which % len(stock.reservations)]
        on_hand = stock.counters(SHIRT).on_hand
        was_open = sum(peg.open for peg in hold.pegs)

        (sold,) = stock.commit(build.a_sale_of(hold, SHIRT, units))

        assert bool(sold.outcome.refusals) is (not was_open or units > on_hand)
        counters = stock.counters(SHIRT)
        assert stock.folded(SHIRT) == counters
        assert counters.reserved == sum(
            peg.open for each in stock.reservations.values() for peg in each.pegs
        )
