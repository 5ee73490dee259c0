"""What a group of stock commands decides."""

from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import PeggedQuantity, ReleaseReservation
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.reservation import Reservation, ReservationState
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

W1 = PositionKey("shirt", "W1")
S1 = PositionKey("shirt", "S1")
S2 = PositionKey("shirt", "S2")
HAT = PositionKey("hat", "S1")


@pytest.fixture
def at() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def stock(at: SettableClock) -> InMemoryStock:
    return InMemoryStock(at)


def codes(decided: Decided) -> list[str]:
    return [refusal.code for refusal in decided.outcome.refusals]


def reserved(decided: Decided) -> Reservation:
    assert not decided.outcome.refusals
    assert decided.reservation is not None
    return decided.reservation


def test_an_allocation_takes_the_first_location_that_has_everything(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(W1, 5), build.a_count(S1, 5), build.a_count(HAT, 5))

    (decided,) = stock.commit(build.an_allocation(("shirt", 2), ("hat", 1), among=("W1", "S1")))

    assert {peg.position for peg in reserved(decided).pegs} == {S1, HAT}
    assert stock.counters(S1) == (5, 2, 0)
    assert stock.available(S1) == 3
    assert stock.counters(W1) == (5, 0, 0)


def test_an_order_nobody_has_whole_is_split_line_by_line(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(W1, 5), build.a_count(HAT, 5))

    (decided,) = stock.commit(build.an_allocation(("shirt", 2), ("hat", 1)))

    pegs = reserved(decided).pegs
    assert [(peg.line_id, peg.position) for peg in pegs] == [("l0", W1), ("l1", HAT)]


def test_a_line_nobody_has_whole_is_split_over_the_nearest(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(W1, 2), build.a_count(S1, 2), build.a_count(S2, 2))

    (decided,) = stock.commit(build.an_allocation(("shirt", 5), among=("S2", "W1", "S1")))

    pegs = reserved(decided).pegs
    assert [(peg.position, peg.quantity) for peg in pegs] == [(S2, 2), (W1, 2), (S1, 1)]


def test_two_lines_of_one_sku_share_the_same_stock(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 3), build.a_count(W1, 1))

    (decided,) = stock.commit(build.an_allocation(("shirt", 2), ("shirt", 2), among=("S1", "W1")))

    taken = [(peg.line_id, peg.position, peg.quantity) for peg in reserved(decided).pegs]
    assert taken == [("l0", S1, 2), ("l1", S1, 1), ("l1", W1, 1)]


def test_a_refused_order_takes_nothing_and_says_what_is_short(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5), build.a_count(HAT, 1))

    (decided,) = stock.commit(build.an_allocation(("shirt", 2), ("hat", 3)))

    (refusal,) = decided.outcome.refusals
    assert refusal.code == "INSUFFICIENT_STOCK"
    assert refusal.path == ("input", "lines", "1", "quantity")
    assert refusal.params == {"sku": "hat", "requested": "3", "available": "1"}
    assert stock.counters(S1) == (5, 0, 0)
    assert not stock.reservations


def test_the_last_unit_goes_to_the_first_of_a_group(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))

    first, *others = stock.commit(*(build.an_allocation(("shirt", 1)) for _ in range(5)))

    assert reserved(first).pegs[0].position == S1
    assert [codes(other) for other in others] == [["INSUFFICIENT_STOCK"]] * 4
    assert stock.available(S1) == 0


def test_new_goods_are_never_taken_for_used_ones(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(PositionKey("shirt", "S1", Condition.USED_A), 5))

    (decided,) = stock.commit(build.an_allocation(("shirt", 1)))

    assert codes(decided) == ["INSUFFICIENT_STOCK"]


def test_shipping_lowers_on_hand_and_leaves_available_as_it_was(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 10))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 3)))[0])
    assert stock.available(S1) == 7

    (decided,) = stock.commit(build.a_consumption(reservation))

    assert stock.counters(S1) == (7, 0, 0)
    assert stock.available(S1) == 7
    assert reserved(decided).state is ReservationState.CONSUMED


def test_goods_may_leave_in_parts(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 10))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 3)))[0])

    (decided,) = stock.commit(build.a_consumption(reservation, 2))

    assert reserved(decided).state is ReservationState.ACTIVE
    assert reserved(decided).pegs[0].open == 1
    assert stock.counters(S1) == (8, 1, 0)


def test_what_leaves_beyond_what_is_kept_is_booked_as_a_correction(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 10))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 3)))[0])

    (decided,) = stock.commit(build.a_consumption(reservation, 4))

    assert reserved(decided).state is ReservationState.CONSUMED
    assert reserved(decided).pegs[0].consumed == 3
    assert stock.counters(S1) == stock.folded(S1) == (6, 0, 0)
    kept, beyond = stock.ledger[-2:]
    assert (kept.kind, kept.on_hand, kept.reason) == (MovementKind.CONSUMED, -3, None)
    assert (beyond.kind, beyond.on_hand) == (MovementKind.ADJUSTED, -1)
    assert beyond.reason is AdjustmentReason.CORRECTION
    assert beyond.reservation_id == reservation.identifier


def test_goods_that_leave_after_their_reservation_was_released_are_booked(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 10))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 3)))[0])
    (released,) = stock.commit(build.a_release(reservation))

    (decided,) = stock.commit(build.a_consumption(reservation))

    assert reserved(decided) == reserved(released)
    assert stock.counters(S1) == (7, 0, 0)
    assert stock.ledger[-1].reason is AdjustmentReason.CORRECTION


def test_goods_that_no_book_knows_leave_without_a_movement(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 3))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 3)))[0])
    stock.commit(build.a_consumption(reservation))
    written = len(stock.ledger)

    (decided,) = stock.commit(build.a_consumption(reservation))

    assert codes(decided) == []
    assert len(stock.ledger) == written


def test_goods_of_a_line_that_was_never_reserved_are_refused_whole(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 10))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 3)))[0])
    consumption = build.a_consumption(reservation)
    foreign = PeggedQuantity("l9", "S1", 1)

    (decided,) = stock.commit(replace(consumption, lines=(*consumption.lines, foreign)))

    assert codes(decided) == ["NOT_FOUND"]
    assert stock.counters(S1) == (10, 3, 0)


def test_what_has_left_is_believed_even_when_the_book_is_empty(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 2))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 2)))[0])
    stock.commit(build.an_adjustment(S1, -2))

    (decided,) = stock.commit(build.a_consumption(reservation))

    assert reserved(decided).state is ReservationState.CONSUMED
    assert stock.counters(S1) == (0, 0, 0)


def test_a_release_gives_the_units_back(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 5)))[0])

    (decided,) = stock.commit(build.a_release(reservation))

    assert reserved(decided).state is ReservationState.RELEASED
    assert stock.available(S1) == 5


def test_a_second_release_changes_nothing(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5))
    reservation = reserved(stock.commit(build.an_allocation(("shirt", 5)))[0])
    stock.commit(build.a_release(reservation))
    written = len(stock.ledger)

    (decided,) = stock.commit(build.a_release(reservation))

    assert reserved(decided).state is ReservationState.RELEASED
    assert len(stock.ledger) == written


def test_nobody_releases_what_they_have_no_right_to(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5))
    reservation = reserved(stock.commit(build.a_hold("shirt", 1, owner="ann"))[0])

    (decided,) = stock.commit(build.a_release(reservation, right=ReleaseRight("bob")))

    assert codes(decided) == ["NOT_FOUND"]
    assert stock.available(S1) == 4


def test_a_release_that_comes_first_refuses_the_allocation_that_comes_late(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 5))
    early = ReleaseReservation(build.a_request(), "order_svc", "r-late", tombstone_for="order-1")
    (left,) = stock.commit(early)
    assert reserved(left).is_tombstone

    (decided,) = stock.commit(build.an_allocation(("shirt", 1), reservation_id="r-late"))

    assert codes(decided) == ["RESERVATION_TOMBSTONED"]
    assert stock.available(S1) == 5


def test_a_release_by_key_frees_an_allocation_that_did_arrive(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5))
    stock.commit(build.an_allocation(("shirt", 2), reservation_id="r-1"))

    (decided,) = stock.commit(
        ReleaseReservation(build.a_request(), "order_svc", "r-1", tombstone_for="order-1")
    )

    assert reserved(decided).state is ReservationState.RELEASED
    assert stock.available(S1) == 5


def test_a_hold_counts_until_its_second_and_not_after(
    stock: InMemoryStock, at: SettableClock
) -> None:
    stock.commit(build.a_count(S1, 5))
    stock.commit(build.a_hold("shirt", 5, expires_at=NOW + timedelta(minutes=15)))
    assert stock.available(S1) == 0

    at.advance(timedelta(minutes=15))

    assert stock.available(S1) == 5
    (decided,) = stock.commit(build.an_allocation(("shirt", 5)))
    assert reserved(decided).pegs[0].quantity == 5


@pytest.mark.parametrize("written", [False, True])
def test_goods_of_an_expired_hold_that_have_left_are_booked_all_the_same(
    stock: InMemoryStock, at: SettableClock, written: bool
) -> None:
    stock.commit(build.a_count(S1, 5))
    hold = reserved(stock.commit(build.a_hold("shirt", 2))[0])
    at.advance(timedelta(minutes=15))
    if written:
        stock.commit(build.an_expiry(hold))

    (decided,) = stock.commit(build.a_consumption(hold))

    assert codes(decided) == []
    assert stock.counters(S1) == stock.folded(S1) == (3, 0, 0)


def test_expiry_is_written_once_and_only_when_due(stock: InMemoryStock, at: SettableClock) -> None:
    stock.commit(build.a_count(S1, 5))
    hold = reserved(stock.commit(build.a_hold("shirt", 2))[0])

    stock.commit(build.an_expiry(hold))
    assert stock.reservations[hold.identifier].state is ReservationState.ACTIVE

    at.advance(timedelta(minutes=15))
    stock.commit(build.an_expiry(hold), build.an_expiry(hold))
    assert stock.reservations[hold.identifier].state is ReservationState.EXPIRED
    assert stock.counters(S1) == (5, 0, 0)
    assert stock.folded(S1) == (5, 0, 0)


def test_a_short_pick_sets_the_position_to_what_was_counted_and_what_is_still_kept(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 10))
    mine = reserved(stock.commit(build.an_allocation(("shirt", 2)))[0])
    stock.commit(build.an_allocation(("shirt", 3)))

    (decided,) = stock.commit(build.a_shortage(mine, 1, counted=2))

    peg = reserved(decided).pegs[0]
    assert (peg.short, peg.open) == (1, 1)
    assert stock.counters(S1) == (2 + 1 + 3, 4, 0)
    assert stock.available(S1) == 2


def test_a_short_pick_of_the_last_unit_ends_the_reservation(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))
    mine = reserved(stock.commit(build.an_allocation(("shirt", 1)))[0])

    (decided,) = stock.commit(build.a_shortage(mine, 1))

    assert reserved(decided).state is ReservationState.RELEASED
    assert stock.counters(S1) == (0, 0, 0)


def test_the_same_key_has_one_effect_and_one_answer(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5))
    allocation = build.an_allocation(("shirt", 2))

    first, second = stock.commit(allocation, allocation)
    (third,) = stock.commit(allocation)

    assert first.outcome == second.outcome == third.outcome
    assert second.reservation == first.reservation
    assert stock.available(S1) == 3


def test_a_refusal_too_is_the_answer_of_its_key(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))
    greedy = build.an_allocation(("shirt", 2))
    (refused,) = stock.commit(greedy)
    stock.commit(build.an_adjustment(S1, 5))

    (again,) = stock.commit(greedy)

    assert again.outcome == refused.outcome
    assert stock.counters(S1) == (6, 0, 0)


def test_a_key_with_another_input_is_refused(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5))
    first = build.an_allocation(("shirt", 1), request=build.a_request("k", "one"))
    other = build.an_allocation(("shirt", 2), request=build.a_request("k", "other"))

    decided = stock.commit(first, other)
    (later,) = stock.commit(other)

    assert [codes(each) for each in decided] == [[], ["IDEMPOTENCY_KEY_REUSED"]]
    assert codes(later) == ["IDEMPOTENCY_KEY_REUSED"]
    assert stock.available(S1) == 4


def test_one_commit_is_one_version_however_many_commands(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 50))

    stock.commit(*(build.an_allocation(("shirt", 1)) for _ in range(10)))

    assert stock.positions[S1].version == 2
    assert stock.positions[S1].movements == 11
    assert [movement.number for movement in stock.ledger] == list(range(1, 12))
