"""A delivery that moves beyond what a buyer accepts: other goods in time, or a mark."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.mongo.stock_documents import reservation_from_document, reservation_to_document
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

SHELF = PositionKey("shirt", "S1")
MOVED, SECOND, THIRD = (build.a_supply_key(f"PO-{number}") for number in range(3))


def at(day: int) -> datetime:
    return NOW + timedelta(days=day)


def waiting(stock: InMemoryStock, units: int, until: int) -> str:
    (decided,) = stock.commit(build.a_wish("shirt", units, at(until)))
    assert decided.reservation is not None
    return decided.reservation.identifier


def moves(stock: InMemoryStock, units: int, *, to: int) -> None:
    stock.commit(build.an_announcement(MOVED, units, at(to)))
    stock.commit(SettleInbound(MOVED))


def awaited(reservation: Reservation) -> dict[str, int]:
    return {row.supply.reference: row.open for row in reservation.awaited if row.open}


def test_goods_that_come_after_the_old_date_and_in_time_are_taken_together_with_the_shelf() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(MOVED, 4, at(4)))
    identifier = waiting(stock, 4, until=10)
    stock.commit(build.a_count(SHELF, 1))
    stock.commit(build.an_announcement(SECOND, 2, at(8)), build.an_announcement(THIRD, 5, at(10)))

    moves(stock, 4, to=11)

    kept = stock.reservations[identifier]
    assert [peg.open for peg in kept.pegs] == [1]
    assert awaited(kept) == {"PO-1": 2, "PO-2": 1}
    assert (kept.available_from, kept.is_late) == (at(10), False)


def test_a_promise_that_nothing_keeps_in_time_stays_with_its_goods_and_is_late() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(MOVED, 4, at(4)))
    identifier = waiting(stock, 4, until=10)
    stock.commit(build.an_announcement(SECOND, 3, at(10)), build.an_announcement(THIRD, 9, at(12)))

    moves(stock, 4, to=11)

    late = stock.reservations[identifier]
    assert awaited(late) == {"PO-0": 4}
    assert (late.available_from, late.is_late) == (at(11), True)
    assert stock.decisions[-1].reservations[0].after.is_late
    assert reservation_from_document(reservation_to_document(late)) == late
    moves(stock, 4, to=10)
    assert not stock.reservations[identifier].is_late


def test_a_promise_that_is_late_is_kept_in_time_when_its_delivery_moves_once_more() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(MOVED, 4, at(4)))
    identifier = waiting(stock, 4, until=10)
    moves(stock, 4, to=20)
    stock.commit(build.an_announcement(SECOND, 4, at(9)))

    moves(stock, 4, to=15)

    assert awaited(stock.reservations[identifier]) == {"PO-1": 4}
    assert not stock.reservations[identifier].is_late


def test_lost_units_that_only_a_later_delivery_can_bring_are_late() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(MOVED, 2, at(4)))
    identifier = waiting(stock, 2, until=10)
    stock.commit(build.an_announcement(SECOND, 1, at(10)), build.an_announcement(THIRD, 9, at(12)))

    moves(stock, 0, to=4)

    assert awaited(stock.reservations[identifier]) == {"PO-1": 1, "PO-2": 1}
    assert stock.reservations[identifier].is_late


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 20)), min_size=2, max_size=2),
    st.integers(1, 6),
    st.integers(5, 20),
    st.integers(1, 25),
)
def test_a_promise_is_late_exactly_when_too_little_comes_in_time(
    on_hand: int, others: list[tuple[int, int]], units: int, until: int, moved_to: int
) -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(MOVED, units, at(5)))
    identifier = waiting(stock, units, until)
    stock.commit(build.a_count(SHELF, on_hand))
    for key, (coming, day) in zip((SECOND, THIRD), others, strict=True):
        stock.commit(build.an_announcement(key, coming, at(day)))

    moves(stock, units, to=moved_to)

    in_time = on_hand + sum(coming for coming, day in others if day <= until)
    late = moved_to > until and in_time < units
    assert stock.reservations[identifier].is_late is late
    assert sum(each.open for each in stock.reservations[identifier].everything) == units
