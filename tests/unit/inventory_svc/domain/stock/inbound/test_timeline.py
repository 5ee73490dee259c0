"""What is promised for a date never breaks a promise for another: against brute force."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.inbound.timeline import Phase, Step, Taking, Timeline
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
    return Timeline(tuple(steps), withheld)


def all_kept(days: Sequence[Day], withheld: int, begin: int) -> bool:
    """Serve the promises day by day; from one day on enough must be left, protection withheld."""
    shelf = 0
    for day, each in enumerate(days):
        shelf += each.come - each.promised
        if day >= begin and shelf < withheld:
            return False
    return True


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
    before = levels(timeline)
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
        after = levels(timeline)
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


def levels(timeline: Timeline) -> list[int]:
    """Give what is left on each day when everything promised is served."""
    left: list[int] = []
    for step in timeline.steps:
        left.append((left[-1] if left else 0) + step.units)
    return left


def test_units_that_are_there_stay_for_those_who_want_them_sooner() -> None:
    """The public example of reservations by date: on hand 5, 10 on 5 Oct, 15 on 10 Nov."""
    october, november = datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)
    timeline = Timeline(
        (Step(START, 5), Step(october, 10, key_of(4)), Step(november, 15, key_of(40)))
    )
    assert timeline.phases() == (Phase(START, 5), Phase(october, 15), Phase(november, 30))
    first = next(phase.at for phase in timeline.phases() if phase.quantity >= 12)

    takings, left = timeline.taken(12, first)

    assert first == october
    assert takings == (Taking(None, START, 2), Taking(key_of(4), october, 10))
    assert left.phases() == (Phase(START, 3), Phase(november, 18))


def test_availability_by_date_has_a_window_for_each_arrival() -> None:
    """The public example of availability by date: on hand 10, and 20 on 10 Oct."""
    tenth = datetime(2026, 10, 10, tzinfo=UTC)
    timeline = Timeline((Step(START, 10), Step(tenth, 20, key_of(9))))

    assert timeline.phases() == (Phase(START, 10), Phase(tenth, 30))


def test_a_forecast_that_goes_up_and_down_promises_what_its_lowest_later_day_leaves() -> None:
    """The public forecast 10, then +10, -1, -4, +5: levels of 20, 19, 15, 20."""
    changes = (10, 10, -1, -4, 5)
    timeline = Timeline(tuple(Step(on(day), units) for day, units in enumerate(changes)))

    assert levels(timeline) == [10, 20, 19, 15, 20]
    assert [timeline.by(on(day)) for day in range(5)] == [10, 15, 15, 15, 20]


def test_nothing_is_promised_for_later_than_allowed_but_what_is_owed_then_counts() -> None:
    steps = (Step(START, 5), Step(on(2), 4, key_of(2)), Step(on(9), -3, key_of(9)))

    assert Timeline(steps, latest=on(1)).phases() == (Phase(START, 5),)
    assert Timeline(steps, latest=on(5)).phases() == (Phase(START, 5), Phase(on(2), 6))


def test_where_nothing_is_nothing_is_promised() -> None:
    assert Timeline(()).phases() == ()
    assert Timeline(()).by(START) == 0
