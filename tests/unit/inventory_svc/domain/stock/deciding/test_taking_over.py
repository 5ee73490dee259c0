"""Reservations that become an order's: what they keep is its own, and nobody gets in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.rule import Protection, Share
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.reservation import (
    Peg,
    Reservation,
    ReservationKind,
    ReservationState,
)
from inventory_svc.domain.stock.units.unit import UnitState
from service_kit.commands.refusal import Refusal
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


def kept(stock: InMemoryStock, units: int, sku: str = "shirt", at: str = "S1") -> Reservation:
    """Keep so many units for Ann."""
    (held,) = stock.commit(build.a_hold(sku, units, at=at))
    assert held.reservation is not None
    return held.reservation


def counts(stock: InMemoryStock, *counted: tuple[PositionKey, int]) -> None:
    stock.commit(*(build.a_count(key, units) for key, units in counted))


def pegs_of(reservation: Reservation | None) -> list[tuple[str, str, int]]:
    assert reservation is not None
    return [(peg.line_id, peg.position.location, peg.open) for peg in reservation.pegs]


def refusal_of(decided: Sequence[object]) -> Refusal:
    (only,) = decided
    (refusal,) = only.outcome.refusals  # type: ignore[attr-defined]
    assert isinstance(refusal, Refusal)
    return refusal


def test_the_last_unit_of_a_basket_can_be_ordered(stock: InMemoryStock) -> None:
    counts(stock, (SHIRT, 1))
    hold = kept(stock, 1)

    (ordered,) = stock.commit(build.an_order_of([hold], ("shirt", 1)))

    assert pegs_of(ordered.reservation) == [("l0", "S1", 1)]
    assert stock.reservations[hold.identifier].state is ReservationState.CONSUMED
    assert stock.counters(SHIRT) == stock.folded(SHIRT) == (1, 1, 0)
    last = stock.ledger[-2:]
    assert [move.kind for move in last] == [MovementKind.CONVERTED, MovementKind.ALLOCATED]


def test_nobody_of_the_same_group_gets_what_is_taken_over(stock: InMemoryStock) -> None:
    counts(stock, (SHIRT, 1))
    hold = kept(stock, 1)

    before, ordered, after = stock.commit(
        build.an_allocation(("shirt", 1)),
        build.an_order_of([hold], ("shirt", 1)),
        build.an_allocation(("shirt", 1)),
    )

    assert not ordered.outcome.refusals
    for other in (before, after):
        assert [each.code for each in other.outcome.refusals] == ["INSUFFICIENT_STOCK"]


def test_of_two_orders_that_name_a_reservation_one_gets_it(stock: InMemoryStock) -> None:
    counts(stock, (SHIRT, 9))
    hold = kept(stock, 1)

    first, second = stock.commit(
        build.an_order_of([hold], ("shirt", 1)), build.an_order_of([hold], ("shirt", 1))
    )

    assert not first.outcome.refusals
    (refusal,) = second.outcome.refusals
    assert (refusal.code, refusal.params["state"]) == ("RESERVATION_ENDED", "CONSUMED")
    assert refusal.path == ("input", "reservationIds", "0")
    assert stock.counters(SHIRT) == (9, 1, 0)


def test_what_a_reservation_lacks_is_reserved_where_it_keeps_the_rest(
    stock: InMemoryStock,
) -> None:
    counts(stock, (SHIRT, 5), (SHIRT._replace(location="W1"), 5))
    hold = kept(stock, 2)

    (ordered,) = stock.commit(build.an_order_of([hold], ("shirt", 3)))

    assert sorted(pegs_of(ordered.reservation)) == [("l0", "S1", 1), ("l0", "S1", 2)]
    assert stock.counters(SHIRT) == (5, 3, 0)


def test_what_a_reservation_keeps_too_much_is_everyones(stock: InMemoryStock) -> None:
    hat = PositionKey("hat", "S1")
    counts(stock, (SHIRT, 5), (hat, 1))
    shirts, a_hat = kept(stock, 5), kept(stock, 1, "hat")

    stock.commit(build.an_order_of([shirts], ("shirt", 2)))

    ended = stock.reservations[shirts.identifier]
    assert [(peg.consumed, peg.released) for peg in ended.pegs] == [(2, 3)]
    assert ended.state is ReservationState.CONSUMED
    assert stock.available(SHIRT) == 3
    assert stock.reservations[a_hat.identifier].state is ReservationState.ACTIVE


def test_a_shortage_of_the_rest_leaves_the_reservation_as_it_is(stock: InMemoryStock) -> None:
    counts(stock, (SHIRT, 2))
    hold = kept(stock, 2)

    refusal = refusal_of(stock.commit(build.an_order_of([hold], ("shirt", 3))))

    assert refusal.code == "INSUFFICIENT_STOCK"
    assert (refusal.params["requested"], refusal.params["available"]) == ("3", "2")
    assert stock.reservations[hold.identifier] == hold
    assert stock.counters(SHIRT) == (2, 0, 2)


def test_an_expired_reservation_is_as_if_none_was_named(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    counts(stock, (SHIRT, 1))
    hold = kept(stock, 1)
    clock.advance(timedelta(minutes=16))

    ordered, another = stock.commit(
        build.an_order_of([hold], ("shirt", 1)), build.an_order_of([hold], ("shirt", 1))
    )
    stock.commit(build.an_expiry(hold))

    assert not ordered.outcome.refusals
    assert [each.code for each in another.outcome.refusals] == ["INSUFFICIENT_STOCK"]
    assert stock.reservations[hold.identifier].state is ReservationState.EXPIRED
    assert stock.counters(SHIRT) == (1, 1, 0)


def test_what_cannot_be_taken_over_changes_nothing(stock: InMemoryStock) -> None:
    counts(stock, (SHIRT, 9), (PositionKey("hat", "S1"), 9))
    hold, released = kept(stock, 1), kept(stock, 1)
    (order,) = stock.commit(build.an_allocation(("shirt", 1)))
    stock.commit(build.a_release(released))
    assert order.reservation is not None
    bob = ReleaseRight("bob")
    assistant = ReleaseRight("bob", others=True, locations=frozenset({"S2"}))
    everyone = ReleaseRight("bob", others=True)
    service = ReleaseRight("order_svc", orders=True)
    elsewhere = replace(hold, channel="app")
    before = dict(stock.reservations)

    for command, code in (
        (build.an_order_of([hold], ("shirt", 1), right=bob), "NOT_FOUND"),
        (build.an_order_of([replace(hold, identifier="?")], ("shirt", 1)), "NOT_FOUND"),
        (build.an_order_of([hold], ("shirt", 1), right=assistant), "FORBIDDEN"),
        (build.an_order_of([order.reservation], ("shirt", 1), right=everyone), "FORBIDDEN"),
        (build.an_order_of([order.reservation], ("shirt", 1), right=service), "FORBIDDEN"),
        (build.an_order_of([released], ("shirt", 1)), "RESERVATION_ENDED"),
        (build.an_order_of([hold], ("hat", 1)), "RESERVATION_DOES_NOT_FIT"),
        (build.an_order_of([hold], ("shirt", 1), among=("W1",)), "RESERVATION_DOES_NOT_FIT"),
    ):
        assert refusal_of(stock.commit(command)).code == code
    stock.reservations[hold.identifier] = elsewhere
    for_another_channel = build.an_order_of([hold], ("shirt", 1))
    assert refusal_of(stock.commit(for_another_channel)).code == "RESERVATION_DOES_NOT_FIT"
    stock.reservations[hold.identifier] = hold
    assert stock.reservations == before


def test_two_reservations_are_shared_out_and_one_too_many_is_released(
    stock: InMemoryStock,
) -> None:
    counts(stock, (SHIRT, 4), (SHIRT._replace(location="S2"), 1))
    here, there = kept(stock, 2), kept(stock, 1, at="S2")

    (ordered,) = stock.commit(build.an_order_of([here, there], ("shirt", 1), ("shirt", 1)))

    assert pegs_of(ordered.reservation) == [("l0", "S1", 1), ("l1", "S1", 1)]
    assert stock.reservations[here.identifier].state is ReservationState.CONSUMED
    assert stock.reservations[there.identifier].state is ReservationState.RELEASED
    assert stock.available(SHIRT._replace(location="S2")) == 1


def test_what_is_kept_is_kept_whatever_the_rules_have_become(clock: SettableClock) -> None:
    stock = InMemoryStock(clock)
    counts(stock, (SHIRT, 1))
    hold = kept(stock, 1)
    stock.policy = rule.a_policy(rule.a_rule("a", Protection(units=1)))

    (ordered,) = stock.commit(build.an_order_of([hold], ("shirt", 1)))

    assert not ordered.outcome.refusals


def test_a_share_is_drawn_once(clock: SettableClock) -> None:
    stock = InMemoryStock(clock, rule.a_policy(rule.a_rule("a", Share(cap=3), channel="web")))
    counts(stock, (SHIRT, 9))
    (held,) = stock.commit(replace(build.a_hold("shirt", 2), channel="web"))
    assert held.reservation is not None
    key = ShareKey("a", "shirt", Condition.NEW)
    assert stock.draws[key].drawn(NOW, lambda _: None) == 2

    stock.commit(build.an_order_of([held.reservation], ("shirt", 1)))

    for moment in (NOW, NOW + timedelta(days=1)):
        assert stock.draws[key].drawn(moment, lambda _: None) == 1


def test_a_piece_that_is_kept_is_the_orders(stock: InMemoryStock, clock: SettableClock) -> None:
    stock.commit(build.a_registration(("p1", SHIRT), ("p2", SHIRT)))
    end = clock.now() + timedelta(minutes=5)
    (held,) = stock.commit(replace(build.a_purchase("p1", SHIRT, expires_at=end), order_id=None))
    assert held.reservation is not None

    (ordered,) = stock.commit(build.an_order_of([held.reservation], ("shirt", 1)))

    assert ordered.reservation is not None
    assert [peg.serial for peg in ordered.reservation.pegs] == ["p1"]
    unit = stock.units["p1"]
    assert unit.state_at(clock.now() + timedelta(days=1)) is UnitState.RESERVED
    assert unit.is_kept_by(ordered.reservation.identifier)
    assert stock.counters(SHIRT) == stock.folded(SHIRT) == (2, 1, 0)


def test_goods_that_are_waited_for_keep_their_place_among_those_who_wait(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    later = NOW + timedelta(days=3)
    key = build.a_supply_key()
    stock.commit(build.an_announcement(key, 2, later))
    end = NOW + timedelta(hours=1)
    wish = replace(
        build.a_wish("shirt", 1, later, expires_at=end),
        kind=ReservationKind.CART,
        owner="ann",
        order_id=None,
    )
    (held,) = stock.commit(wish)
    clock.advance(timedelta(minutes=1))
    (other,) = stock.commit(build.a_wish("shirt", 1, later))
    assert held.reservation is not None
    assert other.reservation is not None

    unwilling = build.an_order_of([held.reservation], ("shirt", 1))
    assert refusal_of(stock.commit(unwilling)).code == "RESERVATION_DOES_NOT_FIT"
    willing = replace(build.an_order_of([held.reservation], ("shirt", 1)), until=later)
    (ordered,) = stock.commit(willing)

    assert ordered.reservation is not None
    assert [each.identifier for each, _ in stock.waiting_for(key)] == [
        ordered.reservation.identifier,
        other.reservation.identifier,
    ]
    assert stock.inbound[key].pegged == 2
    assert stock.reservations[held.reservation.identifier].state is ReservationState.CONSUMED


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 8),
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=1, max_size=6),
)
def test_whoever_names_what_is_kept_has_at_least_that(
    units: int, wishes: list[int], orders: list[tuple[int, int]]
) -> None:
    stock = InMemoryStock(SettableClock(NOW))
    counts(stock, (SHIRT, units))
    holds = [
        held.reservation
        for wish in wishes
        for held in stock.commit(build.a_hold("shirt", wish))
        if held.reservation is not None
    ]
    for which, wanted in orders if holds else []:
        hold = stock.reservations[holds[which % len(holds)].identifier]
        has = sum(peg.open for peg in hold.pegs)
        free = stock.available(SHIRT)

        (ordered,) = stock.commit(build.an_order_of([hold], ("shirt", wanted)))

        fits = hold.state is ReservationState.ACTIVE and wanted <= has + free
        assert fits is not bool(ordered.outcome.refusals)
        on_hand, allocated, reserved = stock.counters(SHIRT)
        assert allocated + reserved <= on_hand
        assert stock.folded(SHIRT) == (on_hand, allocated, reserved)
        assert allocated + reserved == sum(
            peg.open for each in stock.reservations.values() for peg in each.pegs
        )


def test_a_peg_that_is_partly_gone_gives_what_is_left(stock: InMemoryStock) -> None:
    counts(stock, (SHIRT, 3))
    hold = kept(stock, 3)
    stock.commit(build.a_release(hold, 1))
    left = stock.reservations[hold.identifier]

    stock.commit(build.an_order_of([left], ("shirt", 2)))

    (peg,) = stock.reservations[hold.identifier].pegs
    assert peg == Peg("l0", SHIRT, 3, consumed=2, released=1)
    assert stock.counters(SHIRT) == (3, 2, 0)
