"""What is known of a piece in the end, in whatever order reads, counts and words of it come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import (
    CountPosition,
    FeedMode,
    FeedStock,
    RecordReads,
    StockCommand,
    UnitExit,
)
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.unit import ReadPoint, UnitState
from retail_kit.money import Money
from service_kit.runtime.clock import SettableClock
from tests.support import rentals
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

S1 = PositionKey("shirt", "S1")
DOOR = ReadPoint.DOOR


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


PLACES = ("S1", "S2", "S3")
a_read = st.builds(
    build.some_reads,
    st.sampled_from(PLACES),
    st.just("p1"),
    at=st.builds(at, st.integers(-2, 6)),
    point=st.sampled_from(ReadPoint),
)
a_shelf = st.builds(PositionKey, st.just("shirt"), st.sampled_from(PLACES))
a_snapshot = st.builds(
    build.a_count, a_shelf, st.integers(2, 9), at=st.builds(at, st.integers(-3, 9))
)
a_shelf_count = st.builds(build.a_shelf_count, a_shelf, st.integers(2, 9))
some_groups = st.lists(st.integers(1, 3), min_size=12, max_size=12)


_LENT = (rentals.a_rental("p1", "S1"),)
_BACK = (*_LENT, rentals.a_return("p1", "S1"))
BEFORE: Mapping[str, tuple[StockCommand, ...]] = {
    "IN_STOCK": (),
    **{reason.value: (build.a_withdrawal("p1", "S1", reason),) for reason in UnitExit},
    "RENTED": _LENT,
    "BACK": _BACK,
    "IN_REFURBISHMENT": (*_BACK, rentals.a_refurbishment("p1", "S1")),
    "WRITTEN_OFF": (*_LENT, rentals.a_write_off("p1", "S1")),
}
"""What may have become of a piece before it is read."""


def told_in(told: Sequence[StockCommand], before: str, groups: list[int]) -> tuple[object, ...]:
    """Give what is known of a piece, and what is on hand, once all was told in an order."""
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    positions = [PositionKey("shirt", location) for location in PLACES]
    stock.commit(build.a_feed(FeedMode.DELTA, *((key, 4) for key in positions)))
    stock.commit(build.a_registration(("p1", S1)))
    for command in BEFORE[before]:
        stock.commit(command)
    clock.set(at(10))
    left = list(told)
    for size in groups:
        group, left = left[:size], left[size:]
        if group:
            stock.commit(*group)
    unit = stock.units["p1"]
    assert all(stock.folded(key) == stock.counters(key) for key in positions)
    assert stock.history[-1].position == unit.position
    return unit.state, unit.position, unit.seen, *(stock.counters(key) for key in positions)


def moment_of(told: StockCommand) -> tuple[datetime, bool, str]:
    """Give when something was; of one moment, a read comes before a count."""
    match told:
        case RecordReads(lines=(read,), location=location):
            return read.at, False, f"{location} {read.point}"
        case FeedStock(lines=(line,)) if line.counted_at is not None:
            return line.counted_at, True, ""
        case _:
            return at(10), True, ""


def place_counted(told: StockCommand) -> tuple[PositionKey, datetime]:
    """Give where and when a count was."""
    assert isinstance(told, FeedStock | CountPosition)
    position = told.lines[0].position if isinstance(told, FeedStock) else told.position
    return position, moment_of(told)[0]


def has_count_between(reads: Sequence[StockCommand], counts: Sequence[StockCommand]) -> bool:
    """Whether a count was between reads, in their order, that may have moved the piece twice."""
    first, last = moment_of(reads[0]), moment_of(reads[-1])
    by_door = any(isinstance(each, RecordReads) and each.lines[0].point is DOOR for each in reads)
    return by_door and any(first <= moment_of(count) < last for count in counts)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(a_read, min_size=2, max_size=6),
    st.sampled_from(sorted(BEFORE)),
    some_groups,
    st.data(),
)
def test_reads_of_a_piece_say_the_same_in_whatever_order_they_come(
    reads: list[StockCommand], before: str, groups: list[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(reads))

    assert told_in(shuffled, before, groups) == told_in(
        sorted(reads, key=moment_of), before, [1] * 6
    )


@settings(max_examples=600, deadline=None)
@given(
    st.lists(a_read, min_size=1, max_size=4),
    st.lists(st.one_of(a_snapshot, a_shelf_count), min_size=1, max_size=5, unique_by=place_counted),
    st.sampled_from(sorted(BEFORE)),
    some_groups,
    st.data(),
)
def test_reads_and_counts_say_the_same_in_whatever_order_they_come(
    reads: list[StockCommand],
    counts: list[StockCommand],
    before: str,
    groups: list[int],
    data: st.DataObject,
) -> None:
    in_order = sorted(reads, key=moment_of)
    shuffled = data.draw(st.permutations([*reads, *counts]))
    if has_count_between(in_order, counts):
        # What moved the piece by the later read is not parted in two by the earlier one.
        these = iter(in_order)
        shuffled = [next(these) if each in reads else each for each in shuffled]

    told = sorted([*reads, *counts], key=moment_of)
    assert told_in(shuffled, before, groups) == told_in(told, before, [1] * 12)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(a_read, min_size=1, max_size=4),
    st.sampled_from([None, Money(4000, "EUR")]),
    st.sampled_from(["IN_STOCK", *(reason.value for reason in UnitExit)]),
    some_groups,
    st.data(),
)
def test_reads_that_come_after_a_word_about_a_later_moment_change_nothing_of_it(
    reads: list[StockCommand],
    price: Money | None,
    before: str,
    groups: list[int],
    data: st.DataObject,
) -> None:
    registration = build.a_registration(("p1", S1))
    said = replace(registration, lines=(replace(registration.lines[0], price=price),))
    shuffled = data.draw(st.permutations([*reads, said]))

    in_order = told_in([*sorted(reads, key=moment_of), said], before, [1] * 12)
    assert in_order[:2] == (UnitState.IN_STOCK, S1)
    assert told_in(shuffled, before, groups) == in_order


def test_a_lost_piece_that_was_seen_elsewhere_before_it_was_seen_was_never_found_there() -> None:
    before, after = (
        build.some_reads(place, "p1", at=at(minute), point=ReadPoint.CEILING)
        for place, minute in (("S3", 1), ("S2", 5))
    )
    counted = build.a_count(PositionKey("shirt", "S2"), 7, at=at(3))

    in_order = told_in([before, counted, after], "LOSS", [1] * 3)

    assert told_in([after, counted, before], "LOSS", [1] * 3) == in_order
    assert told_in([after, before, counted], "LOSS", [1] * 3) == in_order
