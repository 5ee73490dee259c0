"""What feeds, adjustments and counts make of a position."""

from datetime import timedelta

import pytest

from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from retail_kit.quantities import LARGEST
from service_kit.commands.line_results import LineStatus, results_from_json
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


def test_a_snapshot_keeps_what_was_reserved_and_adds_what_moved_since(
    stock: InMemoryStock, at: SettableClock
) -> None:
    """Row A13: stamped 02:00, arrives 02:30, one unit shipped in between."""
    midnight = NOW.replace(hour=0)
    at.set(midnight)
    stock.commit(build.a_count(S1, 10, at=midnight))
    at.set(midnight.replace(hour=1, minute=50))
    first = reserved(stock.commit(build.an_allocation(("shirt", 2)))[0])
    at.set(midnight.replace(hour=2, minute=5))
    stock.commit(build.an_allocation(("shirt", 2)))
    at.set(midnight.replace(hour=2, minute=10))
    stock.commit(build.a_consumption(first, 1))
    at.set(midnight.replace(hour=2, minute=30))

    stock.commit(build.a_count(S1, 10, at=midnight.replace(hour=2)))

    assert stock.counters(S1).on_hand == 9
    assert stock.available(S1) == 6
    assert stock.folded(S1) == stock.counters(S1)


def test_an_older_snapshot_cannot_undo_a_newer_one(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 10, at=NOW))

    (decided,) = stock.commit(build.a_count(S1, 3, at=NOW - timedelta(hours=1)))

    (result,) = results_from_json(decided.outcome.values["results"])
    assert result.status is LineStatus.REJECTED
    assert [refusal.code for refusal in result.refusals] == ["STALE_SNAPSHOT"]
    assert stock.counters(S1).on_hand == 10


def test_a_snapshot_that_says_what_is_known_writes_no_movement_but_counts_as_counted(
    stock: InMemoryStock, at: SettableClock
) -> None:
    stock.commit(build.a_count(S1, 10, at=NOW))
    later = at.advance(timedelta(hours=1))

    stock.commit(build.a_count(S1, 10, at=later))

    assert stock.positions[S1].counted_at == later
    assert stock.positions[S1].version == 1
    assert len(stock.ledger) == 1


def test_a_bad_line_of_a_feed_loses_only_itself(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))

    (decided,) = stock.commit(build.a_feed(FeedMode.DELTA, (S1, -2), (W1, 4), (S1, -1), (S2, 0)))

    results = results_from_json(decided.outcome.values["results"])
    statuses = [result.status.value for result in results]
    assert statuses == ["REJECTED", "APPLIED", "APPLIED", "UNCHANGED"]
    assert stock.counters(S1).on_hand == 0
    assert stock.counters(W1).on_hand == 4


def test_nothing_is_taken_that_is_not_there(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))

    (decided,) = stock.commit(build.an_adjustment(S1, -2))

    assert codes(decided) == ["NEGATIVE_STOCK"]
    assert stock.counters(S1).on_hand == 1


def test_a_position_never_holds_more_than_can_be_read(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, LARGEST))

    (adjusted,) = stock.commit(build.an_adjustment(S1, 1))
    (fed,) = stock.commit(build.a_feed(FeedMode.DELTA, (S1, 1)))
    stock.commit(build.an_adjustment(S2, 1))
    (counted,) = stock.commit(build.a_count(S2, LARGEST, at=NOW - timedelta(hours=1)))

    assert codes(adjusted) == ["INVALID_INPUT"]
    lines = [results_from_json(each.outcome.values["results"])[0] for each in (fed, counted)]
    assert [line.status for line in lines] == [LineStatus.REJECTED] * 2
    assert {refusal.code for line in lines for refusal in line.refusals} == {"INVALID_INPUT"}
    assert stock.counters(S1).on_hand == LARGEST
    assert stock.counters(S2).on_hand == 1


def test_what_a_picker_counts_never_makes_a_position_unreadable(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 10))
    mine = reserved(stock.commit(build.an_allocation(("shirt", 5)))[0])

    stock.commit(build.a_shortage(mine, 1, counted=LARGEST))

    assert stock.counters(S1).on_hand == LARGEST


def test_an_adjustment_of_a_position_that_changed_is_refused(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))

    fresh, stale = stock.commit(
        build.an_adjustment(S1, 1, expected_version=1),
        build.an_adjustment(S1, 1, expected_version=1),
    )

    assert fresh.position is not None
    assert fresh.position.version == 2
    (refusal,) = stale.outcome.refusals
    assert (refusal.code, refusal.params) == ("VERSION_CONFLICT", {"version": "2"})
