"""Goods that have to leave before a date: as many are promised as any matching could, none wrongly.

Every supply, promise and wish is taken unit by unit, and every way of matching them is tried.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.inbound.phase import Phase
from inventory_svc.domain.stock.inbound.timeline import Step, Taking, Timeline, levels
from tests.support.stock import NOW, a_supply_key

DAYS = 7
NEVER = 99


class Comes(NamedTuple):
    """Units that come on a day, and how long they last."""

    day: int
    units: int
    lasts: int | None


class Unit(NamedTuple):
    """One unit that is there from a day until another, of one of the supplies."""

    day: int
    end: int
    supply: int


Owed = list[int]
"""The days for which units were promised that nothing is pegged to."""

supplies = st.lists(
    st.builds(Comes, st.integers(0, 4), st.integers(1, 2), st.sampled_from([None, 1, 2, 3])),
    max_size=3,
)
promises = st.lists(st.integers(0, 5), max_size=3)


def on(day: int) -> datetime:
    return NOW + timedelta(days=day)


def units_of(comes: Sequence[Comes]) -> list[Unit]:
    return [
        Unit(each.day, NEVER if each.lasts is None else each.day + each.lasts, at)
        for at, each in enumerate(comes)
        for _ in range(each.units)
    ]


def timeline_of(comes: Sequence[Comes], owed: Owed) -> Timeline:
    known = (
        Step(
            on(each.day),
            each.units,
            a_supply_key(f"PO-{at}"),
            None if each.lasts is None else on(each.day + each.lasts),
        )
        for at, each in enumerate(comes)
    )
    lacking = (Step(on(day), -1, a_supply_key("PO-9")) for day in owed)
    return Timeline((Step(on(0), 0), *known, *lacking))


def served_by_day(units: Sequence[Unit], owed: Owed, day: int = 0, served: int = 0) -> list[int]:
    """Give how many promises are kept by each day, as early as any matching can keep them."""
    if day == DAYS:
        return []
    there = [at for at, unit in enumerate(units) if unit.day <= day < unit.end]
    serving = min(len(there), sum(at <= day for at in owed) - served)
    served += serving
    every_way = (
        served_by_day(
            [unit for at, unit in enumerate(units) if at not in used], owed, day + 1, served
        )
        for used in combinations(there, serving)
    )
    return [served, *max(every_way)]


def harmless(comes: Sequence[Comes], owed: Owed, units: int, day: int) -> Iterator[list[Unit]]:
    """Give so many units that are there on a day, and that no promise needs, in every way."""
    everything = units_of(comes)
    kept = served_by_day(everything, owed)
    there = [at for at, unit in enumerate(everything) if unit.day <= day < unit.end]
    for taken in combinations(there, units):
        rest = [unit for at, unit in enumerate(everything) if at not in taken]
        if served_by_day(rest, owed) == kept:
            yield [everything[at] for at in taken]


@settings(max_examples=300, deadline=None)
@given(supplies, promises)
def test_promises_are_kept_as_early_as_any_matching_can_keep_them(
    comes: list[Comes], owed: Owed
) -> None:
    timeline = timeline_of(comes, owed)
    days = range(DAYS)

    left = levels(timeline.steps, [on(day) for day in days])

    served = served_by_day(units_of(comes), owed)
    lacking = [sum(at <= day for at in owed) - served[day] for day in days]
    assert [max(0, -level) for level in left] == lacking


@settings(max_examples=300, deadline=None)
@given(supplies, promises)
def test_for_each_day_as_much_is_promised_as_no_earlier_promise_needs(
    comes: list[Comes], owed: Owed
) -> None:
    timeline = timeline_of(comes, owed)

    for day in range(DAYS):
        promised = timeline.by(on(day))
        assert list(harmless(comes, owed, promised, day))
        assert not list(harmless(comes, owed, promised + 1, day))


@settings(max_examples=300, deadline=None)
@given(supplies, promises, st.integers(1, 4), st.integers(0, 5))
def test_what_is_promised_rests_on_what_lasts_longest_of_all_that_could_be_taken(
    comes: list[Comes], owed: Owed, wanted: int, day: int
) -> None:
    timeline = timeline_of(comes, owed)
    units = min(wanted, timeline.by(on(day)))

    takings, left = timeline.taken(units, on(day))

    assert sum(taking.units for taking in takings) == units
    ends = [ends_of(comes, unit) for unit in takings for _ in range(unit.units)]
    possible = harmless(comes, owed, units, day)
    longest = max(sorted((unit.end for unit in each), reverse=True) for each in possible)
    assert sorted(ends, reverse=True) == longest
    taken_by_source = {taking.source: taking.units for taking in takings}
    for before, after in zip(timeline.steps, left.steps, strict=True):
        given_up = taken_by_source.get(before.source, 0) if before.units > 0 else 0
        assert after == before._replace(units=before.units - given_up)
        assert not given_up or before.lasts(on(day))


def ends_of(comes: Sequence[Comes], taking: Taking) -> int:
    """Give the day until which the units of a taking last."""
    assert taking.source is not None
    which = int(taking.source.reference.removeprefix("PO-"))
    return next(unit.end for unit in units_of(comes) if unit.supply == which)


def test_goods_are_promised_only_for_the_days_on_which_they_are_there() -> None:
    timeline = timeline_of([Comes(2, 5, 3), Comes(4, 2, None)], [])

    assert timeline.phases() == (
        Phase(on(0), 0),
        Phase(on(2), 5),
        Phase(on(4), 7),
        Phase(on(5), 2),
    )


def test_the_shelf_stays_for_those_who_want_it_today_though_it_lasts_longest() -> None:
    steps = (Step(on(0), 5), Step(on(3), 4, a_supply_key(), on(6)))

    takings, _ = Timeline(steps).taken(6, on(3))

    assert [(taking.source, taking.units) for taking in takings] == [(None, 2), (a_supply_key(), 4)]
