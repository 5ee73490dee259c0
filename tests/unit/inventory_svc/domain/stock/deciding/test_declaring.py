"""What people at a location say of its shelves, and what becomes of it when the books catch up."""

from datetime import timedelta

import pytest

from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.history import positions_at
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.unavailable import Disposition, Unavailable
from service_kit.commands.line_results import results_from_json
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

S1 = PositionKey("shirt", "S1")


@pytest.fixture
def at() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def stock(at: SettableClock) -> InMemoryStock:
    stock = InMemoryStock(at)
    stock.commit(build.a_count(S1, 5))
    at.advance(timedelta(minutes=1))
    return stock


def codes(decided: Decided) -> list[str]:
    return [refusal.code for refusal in decided.outcome.refusals]


def test_declared_units_stay_on_hand_and_cannot_be_sold(stock: InMemoryStock) -> None:
    stock.commit(build.a_declaration(S1, 2), build.a_declaration(S1, 1, Disposition.DAMAGED))

    assert stock.positions[S1].on_hand == 5
    assert stock.available(S1) == 2
    refused = stock.commit(build.an_allocation(("shirt", 3), among=["S1"]))[0]
    assert codes(refused) == ["INSUFFICIENT_STOCK"]


def test_no_more_can_be_declared_than_is_on_hand(stock: InMemoryStock) -> None:
    stock.commit(build.a_declaration(S1, 4))

    refused = stock.commit(build.a_declaration(S1, 2, Disposition.DAMAGED))[0]

    assert codes(refused) == ["NEGATIVE_STOCK"]
    assert refused.outcome.refusals[0].path == ("input", "quantity")
    assert stock.declared(S1) == {Disposition.DECLARED_MISSING: 4}


def test_a_snapshot_that_was_counted_before_the_shelf_does_not_correct_the_same_error_again(
    stock: InMemoryStock, at: SettableClock
) -> None:
    before_the_count = at.advance(timedelta(minutes=1))
    at.advance(timedelta(minutes=10))
    stock.commit(build.a_shelf_count(S1, 3))
    after_the_count = at.advance(timedelta(minutes=20))

    late = stock.commit(build.a_count(S1, 3, before_the_count))[0]
    assert stock.positions[S1].on_hand == 3
    (result,) = results_from_json(late.outcome.values["results"])
    assert [refusal.code for refusal in result.refusals] == ["STALE_SNAPSHOT"]

    stock.commit(build.a_count(S1, 4, after_the_count))
    assert stock.positions[S1].on_hand == 4


def test_units_that_are_found_can_be_sold_again_but_only_those_declared(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_declaration(S1, 2))
    assert codes(stock.commit(build.a_declaration(S1, -3))[0]) == ["NEGATIVE_STOCK"]
    other = build.a_declaration(S1, -1, Disposition.DAMAGED)
    assert codes(stock.commit(other)[0]) == ["NEGATIVE_STOCK"]

    stock.commit(build.a_declaration(S1, -2))

    assert stock.available(S1) == 5
    assert stock.declared(S1) == {}


def test_a_declaration_about_another_version_is_refused(stock: InMemoryStock) -> None:
    version = stock.positions[S1].version
    for command in (
        build.a_declaration(S1, expected_version=version + 1),
        build.a_shelf_count(S1, expected_version=version + 1),
    ):
        assert codes(stock.commit(command)[0]) == ["VERSION_CONFLICT"]
    assert stock.positions[S1].version == version


def test_a_count_is_believed_and_settles_what_was_looked_for(stock: InMemoryStock) -> None:
    stock.commit(build.a_declaration(S1, 1), build.a_declaration(S1, 1, Disposition.DAMAGED))

    stock.commit(build.a_shelf_count(S1, 3))

    assert stock.positions[S1].on_hand == 3
    assert stock.declared(S1) == {Disposition.DAMAGED: 1}
    assert stock.available(S1) == 2
    kinds = [(each.kind, each.on_hand, each.unavailable) for each in stock.ledger[-2:]]
    assert kinds == [(MovementKind.COUNTED, -2, 0), (MovementKind.COUNTED, 0, -1)]


def test_a_snapshot_clears_what_was_declared_before_it_was_counted_and_nothing_else(
    stock: InMemoryStock, at: SettableClock
) -> None:
    stock.commit(build.a_declaration(S1, 1, Disposition.DAMAGED))
    counted_at = at.now()
    at.advance(timedelta(hours=1))
    stock.commit(build.a_declaration(S1, 1))

    stock.commit(build.a_count(S1, 4, at=counted_at - timedelta(seconds=1)))
    assert stock.declared(S1) == {Disposition.DAMAGED: 1, Disposition.DECLARED_MISSING: 1}
    stock.commit(build.a_count(S1, 4, at=counted_at))

    assert stock.declared(S1) == {Disposition.DECLARED_MISSING: 1}
    assert stock.available(S1) == 3
    assert stock.folded(S1) == stock.counters(S1)


def test_a_snapshot_that_only_clears_has_applied_something(
    stock: InMemoryStock, at: SettableClock
) -> None:
    stock.commit(build.a_declaration(S1, 1))
    told = [
        results_from_json(decided.outcome.values["results"])
        for decided in stock.commit(
            build.a_count(S1, 5, at=at.now()), build.a_count(S1, 5, at=at.now())
        )
    ]

    assert [row.status for rows in told for row in rows] == ["APPLIED", "UNCHANGED"]
    assert stock.available(S1) == 5


def test_a_unit_sold_at_the_till_is_first_one_that_was_being_sold(stock: InMemoryStock) -> None:
    stock.commit(build.a_declaration(S1, 1, Disposition.SALE_IN_PROGRESS))
    assert stock.available(S1) == 4

    stock.commit(build.an_adjustment(S1, -2, reason=AdjustmentReason.SALE))

    assert stock.positions[S1].on_hand == 3
    assert stock.declared(S1) == {}
    assert stock.available(S1) == 3


def test_counted_free_units_can_be_sold_whatever_is_declared(stock: InMemoryStock) -> None:
    stock.commit(build.a_declaration(S1, 1, Disposition.DAMAGED))
    reservation = stock.commit(build.an_allocation(("shirt", 2), among=["S1"]))[0].reservation
    assert reservation is not None

    stock.commit(build.a_shortage(reservation, 1, counted=1))

    assert stock.available(S1) == 1
    assert stock.declared(S1) == {Disposition.DAMAGED: 1}


def test_what_was_declared_later_is_taken_back_from_the_past(
    stock: InMemoryStock, at: SettableClock
) -> None:
    before = at.now()
    at.advance(timedelta(minutes=1))
    stock.commit(build.a_declaration(S1, 2))
    since = [each for each in stock.ledger if each.occurred_at > before]

    earlier = positions_at([stock.positions[S1]], since, before)[0]

    assert earlier.unavailable == ()
    assert earlier.available(before) == 5


def test_the_latest_declaration_of_a_reason_dates_its_row(
    stock: InMemoryStock, at: SettableClock
) -> None:
    stock.commit(build.a_declaration(S1, 1))
    at.advance(timedelta(minutes=1))
    stock.commit(build.a_declaration(S1, 1))
    at.advance(timedelta(minutes=1))
    stock.commit(build.a_declaration(S1, -1))

    latest = NOW + timedelta(minutes=2)
    assert stock.positions[S1].unavailable == (
        Unavailable(Disposition.DECLARED_MISSING, 1, latest),
    )
