"""What a read of a tag says: at a door a piece has come in, a ceiling only sees it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inventory_svc.domain.stock.commands import FeedMode, UnitExit
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.events import events_of
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.gaps import UnitGapKind, gap_at
from inventory_svc.domain.stock.units.unit import ReadPoint, SerialUnit, Sighting, UnitState
from retail_kit.money import Money
from service_kit.commands.line_results import results_from_json
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

S1 = PositionKey("shirt", "S1")
S2 = PositionKey("shirt", "S2")
DOOR, CEILING = ReadPoint.DOOR, ReadPoint.CEILING


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def stock() -> InMemoryStock:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.a_registration(("p1", S1)))
    return stock


def results(decided: Decided) -> list[tuple[str, list[str]]]:
    return [
        (each.status.value, [refusal.code for refusal in each.refusals])
        for each in results_from_json(decided.outcome.values["results"])
    ]


def on_hand(stock: InMemoryStock) -> tuple[int, int]:
    return stock.counters(S1).on_hand, stock.counters(S2).on_hand


def test_a_piece_that_is_read_at_a_door_has_come_in_there(stock: InMemoryStock) -> None:
    (decided,) = stock.commit(build.some_reads("S2", "p1", at=at(5)))

    assert results(decided) == [("APPLIED", [])]
    assert on_hand(stock) == (0, 1)
    last = stock.history[-1]
    assert (last.kind.value, last.position, last.effective_at) == ("MOVED", S2, at(5))
    assert {movement.effective_at for movement in stock.ledger[-2:]} == {at(5)}
    told = {event.type: event for event in events_of(stock.decisions[-1])}
    assert told["serialUnitChanged"].audience == ("location:S1", "location:S2")
    assert told["serialUnitChanged"].seq == 2


def test_a_ceiling_sees_a_piece_and_moves_nothing(stock: InMemoryStock) -> None:
    stock.commit(build.some_reads("S2", "p1", at=at(5), point=CEILING))

    assert on_hand(stock) == (1, 0)
    assert stock.units["p1"].seen == Sighting("S2", at(5), CEILING)
    assert [step.kind.value for step in stock.history] == ["REGISTERED"]
    assert list(events_of(stock.decisions[-1])) == []


@pytest.mark.parametrize("point", [DOOR, CEILING])
def test_a_piece_that_was_missing_is_found_wherever_it_is_read(
    stock: InMemoryStock, point: ReadPoint
) -> None:
    stock.commit(build.a_withdrawal("p1", "S1", UnitExit.LOSS))

    stock.commit(build.some_reads("S2", "p1", at=at(5), point=point))

    assert stock.units["p1"].state is UnitState.IN_STOCK
    assert on_hand(stock) == (0, 1)


def test_a_piece_on_its_way_arrives_by_the_door(stock: InMemoryStock) -> None:
    stock.commit(build.a_withdrawal("p1", "S1", UnitExit.TRANSFER))

    stock.commit(build.some_reads("S2", "p1", at=at(5), point=CEILING))
    assert stock.units["p1"].state.value == "IN_TRANSIT"
    stock.commit(build.some_reads("S2", "p1", at=at(6), point=DOOR))

    assert stock.units["p1"].state.value == "IN_STOCK"
    assert on_hand(stock) == (0, 1)


def test_a_piece_that_leaves_by_its_own_door_is_on_its_way(stock: InMemoryStock) -> None:
    stock.commit(build.a_withdrawal("p1", "S1", UnitExit.TRANSFER))

    stock.commit(build.some_reads("S1", "p1", at=at(1)))
    stock.commit(build.some_reads("S2", "p1", at=at(-1)))

    assert stock.units["p1"].state is UnitState.IN_TRANSIT
    assert on_hand(stock) == (0, 0)


@pytest.mark.parametrize("reason", [UnitExit.LOSS, UnitExit.TRANSFER])
@pytest.mark.parametrize("location", ["S1", "S2"])
def test_a_read_from_before_a_piece_left_its_shelf_does_not_bring_it_back(
    stock: InMemoryStock, reason: UnitExit, location: str
) -> None:
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    clock.set(at(10))
    stock.commit(build.a_withdrawal("p1", "S1", reason))
    gone = stock.units["p1"].state

    stock.commit(build.some_reads(location, "p1", at=at(2)))

    assert stock.units["p1"].state is gone
    assert on_hand(stock) == (0, 0)


def test_what_was_not_found_is_not_found_by_an_earlier_read(stock: InMemoryStock) -> None:
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    (bought,) = stock.commit(build.a_purchase("p1", S1))
    assert bought.reservation is not None
    clock.set(at(10))
    stock.commit(build.a_shortage(bought.reservation, 1))

    stock.commit(build.some_reads("S1", "p1", at=at(2), point=CEILING))
    assert stock.units["p1"].state.value == "MISSING"
    stock.commit(build.some_reads("S1", "p1", at=at(11), point=CEILING))

    assert stock.units["p1"].state.value == "IN_STOCK"


def test_what_is_kept_or_sold_does_not_move_by_a_read(stock: InMemoryStock) -> None:
    (bought,) = stock.commit(build.a_purchase("p1", S1))
    stock.commit(build.some_reads("S2", "p1", at=at(5)))
    assert (stock.units["p1"].state, on_hand(stock)) == (UnitState.RESERVED, (1, 0))

    assert bought.reservation is not None
    stock.commit(build.a_consumption(bought.reservation))
    stock.commit(build.some_reads("S2", "p1", at=at(6)))

    assert (stock.units["p1"].state, on_hand(stock)) == (UnitState.SOLD, (0, 0))


def test_a_read_from_when_a_piece_was_kept_does_not_move_it_once_it_is_free(
    stock: InMemoryStock,
) -> None:
    (bought,) = stock.commit(build.a_purchase("p1", S1))
    assert bought.reservation is not None
    stock.commit(build.some_reads("S2", "p1", at=at(5)), build.a_release(bought.reservation))

    again, late = stock.commit(
        build.some_reads("S2", "p1", at=at(5)), build.some_reads("S3", "p1", at=at(4))
    )

    assert [results(each) for each in (again, late)] == [[("UNCHANGED", [])]] * 2
    assert (stock.units["p1"].state, on_hand(stock)) == (UnitState.IN_STOCK, (1, 0))


def test_a_read_that_comes_late_or_twice_changes_nothing(stock: InMemoryStock) -> None:
    stock.commit(build.some_reads("S2", "p1", at=at(5)))

    late, twice, stale = stock.commit(
        build.some_reads("S1", "p1", at=at(4)),
        build.some_reads("S2", "p1", at=at(5)),
        build.some_reads("S1", "p1", at=at(5)),
    )

    assert [results(each) for each in (late, twice, stale)] == [[("UNCHANGED", [])]] * 3
    assert on_hand(stock) == (0, 1)


def test_a_read_from_before_a_piece_was_placed_does_not_take_it_away(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.some_reads("S2", "p1", at=at(-5)))

    assert on_hand(stock) == (1, 0)


def test_a_late_read_at_the_door_brings_in_what_a_ceiling_has_seen_since(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_withdrawal("p1", "S1", UnitExit.TRANSFER))
    stock.commit(build.some_reads("S2", "p1", at=at(6), point=CEILING))

    (decided,) = stock.commit(build.some_reads("S2", "p1", at=at(5)))

    assert results(decided) == [("APPLIED", [])]
    assert (stock.units["p1"].state, on_hand(stock)) == (UnitState.IN_STOCK, (0, 1))
    assert stock.history[-1].effective_at == at(5)
    assert stock.units["p1"].seen == Sighting("S2", at(6), CEILING)


def test_a_count_that_a_read_from_before_comes_after_has_counted_the_piece(
    stock: InMemoryStock,
) -> None:
    """Also where it was missed: both places were counted when it had come in."""
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    stock.commit(build.a_feed(FeedMode.DELTA, (S1, 9), (S2, 4)))
    clock.set(at(20))
    stock.commit(build.a_count(S1, 9, at(15)), build.a_shelf_count(S2, 5))

    stock.commit(build.some_reads("S2", "p1", at=at(10)))

    assert on_hand(stock) == (9, 5)
    assert [stock.positions[key].pieces for key in (S1, S2)] == [0, 1]
    assert (stock.history[-1].position, stock.history[-1].effective_at) == (S2, at(10))


def test_a_count_of_nothing_but_other_pieces_has_not_counted_the_piece(
    stock: InMemoryStock,
) -> None:
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    stock.commit(build.a_registration(("p2", S2)))
    clock.set(at(20))
    stock.commit(build.a_count(S2, 1, at(15)))

    stock.commit(build.some_reads("S2", "p1", at=at(10)))

    assert on_hand(stock) == (0, 2)


@pytest.mark.parametrize("price", [None, Money(4000, "EUR")])
def test_a_read_from_before_somebody_said_again_where_a_piece_is_does_not_take_it_away(
    stock: InMemoryStock, price: Money | None
) -> None:
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    (kept,) = stock.commit(build.a_purchase("p1", S1))
    registration = build.a_registration(("p1", S1))
    clock.set(at(30))
    stock.commit(replace(registration, lines=(replace(registration.lines[0], price=price),)))
    assert kept.reservation is not None
    assert stock.units["p1"].is_kept_by(kept.reservation.identifier)
    stock.commit(build.a_release(kept.reservation))

    stock.commit(build.some_reads("S2", "p1", at=at(20)))
    assert (stock.units["p1"].position, on_hand(stock)) == (S1, (1, 0))
    stock.commit(build.some_reads("S2", "p1", at=at(31)))

    assert (stock.units["p1"].position, on_hand(stock)) == (S2, (0, 1))


def test_reads_of_one_call_count_in_the_order_of_their_time(stock: InMemoryStock) -> None:
    earlier, later = (build.some_reads("S2", "p1", at=at(minute)) for minute in (5, 6))
    both = (replace(later.lines[0], index=0), replace(earlier.lines[0], index=1))

    (decided,) = stock.commit(replace(later, lines=both))

    assert results(decided) == [("APPLIED", [])] * 2
    assert stock.history[-1].effective_at == at(5)


def test_a_tag_that_nobody_knows_is_told_and_loses_no_other(stock: InMemoryStock) -> None:
    (decided,) = stock.commit(build.some_reads("S2", "p9", "p1", at=at(5)))

    assert results(decided) == [("REJECTED", ["UNKNOWN_UNIT"]), ("APPLIED", [])]
    assert on_hand(stock) == (0, 1)


@pytest.mark.parametrize(
    ("state", "seen", "expected"),
    [
        (UnitState.IN_STOCK, Sighting("S1", at(1), CEILING), None),
        (UnitState.IN_STOCK, Sighting("S1", at(-1), CEILING), UnitGapKind.EXPECTED_NOT_READ),
        (UnitState.RESERVED, Sighting("S2", at(1), CEILING), UnitGapKind.EXPECTED_NOT_READ),
        (UnitState.RESERVED, None, UnitGapKind.EXPECTED_NOT_READ),
        (UnitState.SOLD, Sighting("S1", at(0), DOOR), UnitGapKind.READ_NOT_EXPECTED),
        (UnitState.SOLD, None, None),
        (UnitState.IN_TRANSIT, Sighting("S1", at(-1), DOOR), None),
    ],
)
def test_a_gap_is_where_reads_and_books_differ(
    state: UnitState, seen: Sighting | None, expected: UnitGapKind | None
) -> None:
    unit = SerialUnit("p1", S1, state, NOW, seen=seen)
    assert gap_at(unit, "S1", NOW) is expected


def test_a_piece_of_elsewhere_that_is_read_here_is_a_gap_here() -> None:
    unit = SerialUnit("p1", S2, UnitState.IN_STOCK, NOW, seen=Sighting("S1", at(1), CEILING))
    assert gap_at(unit, "S1", NOW) is UnitGapKind.READ_NOT_EXPECTED
    assert gap_at(unit, "S2", NOW) is UnitGapKind.EXPECTED_NOT_READ
