"""What is promised for a date never breaks a promise for another: against brute force."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.rules.rule import Protection
from inventory_svc.domain.stock.availability.schedule import Coming, unprotected
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.inbound.timeline import Step, Timeline, levels
from tests.support.stock import a_supply_key

START = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 8


class Day(NamedTuple):
    """Units that come on a day, and units that were promised for it."""

    come: int
    promised: int


calendars = st.lists(
    st.builds(Day, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=DAYS
)
protected = st.integers(0, 9)


def on(day: int) -> datetime:
    return START + timedelta(days=day)


def key_of(day: int) -> InboundKey | None:
    return a_supply_key(f"PO-{day}") if day else None


def timeline_of(days: Sequence[Day], withheld: int) -> Timeline:
    steps = (Step(on(day), each.come - each.promised, key_of(day)) for day, each in enumerate(days))
    coming = (Coming(step, each.come) for step, each in zip(steps, days, strict=True))
    return Timeline(tuple(unprotected(coming, Protection(units=withheld))))


def most_by_trying(days: Sequence[Day], withheld: int, day: int) -> int:
    """Promise one unit more for a day as long as no later day falls short; none is put off."""
    units = 0
    while True:
        shelf = 0
        for at, each in enumerate(days):
            shelf += each.come - each.promised - (units + 1 if at == day else 0)
            if at >= day and shelf < withheld:
                return units
        units += 1


def left_each_day(timeline: Timeline) -> list[int]:
    return list(levels(timeline.steps, [step.at for step in timeline.steps]))


@settings(max_examples=500, deadline=None)
@given(calendars, protected)
def test_the_look_ahead_form_is_what_trying_finds(days: list[Day], withheld: int) -> None:
    timeline = timeline_of(days, withheld)

    for day in range(len(days)):
        expected = most_by_trying(days, withheld, day)
        assert timeline.by(on(day)) == expected
        assert timeline.by(on(day) + timedelta(hours=23)) == expected


@settings(max_examples=500, deadline=None)
@given(
    calendars,
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, DAYS - 1)), max_size=12),
    protected,
)
def test_whatever_is_taken_no_promise_is_broken_that_could_be_kept(
    days: list[Day], wishes: list[tuple[int, int]], withheld: int
) -> None:
    timeline = timeline_of(days, withheld)
    before = left_each_day(timeline)
    for units, day in wishes:
        if timeline.by(on(day)) < units:
            continue
        takings, timeline = timeline.taken(units, on(day))

        assert sum(taking.units for taking in takings) == units
        assert all(taking.at <= on(day) for taking in takings)
        assert all(
            step.units >= min(0, each.come - each.promised)
            for step, each in zip(timeline.steps, days, strict=True)
        )
        after = left_each_day(timeline)
        assert all(now >= min(0, then) for now, then in zip(after, before, strict=True))
        before = after


@settings(max_examples=200, deadline=None)
@given(calendars, st.integers(0, DAYS - 1), st.integers(1, 9))
def test_more_supply_never_means_less(days: list[Day], day: int, more: int) -> None:
    timeline = timeline_of(days, 2)
    richer = list(days)
    richer[day % len(days)] = richer[day % len(days)]._replace(
        come=richer[day % len(days)].come + more
    )

    with_more = timeline_of(richer, 2)

    for at in range(len(days)):
        assert 0 <= timeline.by(on(at)) <= with_more.by(on(at))


def test_where_nothing_is_nothing_is_promised() -> None:
    assert Timeline(()).phases() == ()
    assert Timeline(()).by(START) == 0
