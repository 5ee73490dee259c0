"""One sweep over the changes gives what looking at every position for every date gives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import WantedLine
from inventory_svc.domain.stock.inbound.phase import Phase, Phases
from inventory_svc.domain.stock.inbound.timeline import Step, Timeline
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.sourcing_later import choose_later
from tests.support.ahead_plainly import choose_plainly, moments_of, phases_of, taken, units_by
from tests.support.stock import NOW, a_supply_key

PLACES = ("W1", "S1", "S2", "S3")


class Comes(NamedTuple):
    """Units that come on a day, or that are owed then, and the day before which they must leave."""

    day: int
    units: int
    until: int | None


def on(day: int) -> datetime:
    return NOW + timedelta(days=day)


def timeline_of(shelf: int, coming: Sequence[Comes]) -> Timeline:
    known = (
        Step(
            on(each.day),
            each.units,
            a_supply_key(f"PO-{at}"),
            None if each.until is None else on(each.until),
        )
        for at, each in enumerate(coming)
    )
    return Timeline((Step(on(0), shelf), *known))


timelines = st.builds(
    timeline_of,
    st.integers(-4, 5),
    st.lists(
        st.builds(Comes, st.integers(0, 6), st.integers(-4, 6), st.none() | st.integers(0, 9)),
        max_size=4,
    ),
)


@settings(max_examples=500, deadline=None)
@given(timelines)
def test_a_position_has_the_phases_that_trying_finds(timeline: Timeline) -> None:
    assert list(timeline.phases()) == phases_of(timeline)
    for moment in moments_of(timeline):
        for at in (moment - timedelta(hours=1), moment, moment + timedelta(hours=1)):
            assert timeline.by(at) == units_by(timeline, at)


@settings(max_examples=500, deadline=None)
@given(timelines, st.integers(0, 9), st.integers(0, 9))
def test_a_position_gives_up_the_units_that_trying_finds(
    timeline: Timeline, wanted: int, day: int
) -> None:
    units = min(wanted, timeline.by(on(day)))

    takings, left = timeline.taken(units, on(day))

    assert (takings, left.steps) == taken(timeline, units, on(day))


class Offered(NamedTuple):
    """Timelines and shares of the places, whatever the item is."""

    timelines: dict[str, Timeline]
    pots: dict[str, str | None]
    left_in: dict[str, Phases]

    def timeline(self, key: PositionKey) -> Timeline:
        return self.timelines[key.location]

    def pot(self, key: PositionKey) -> str | None:
        return self.pots[key.location]

    def left(self, key: PositionKey) -> Phases:
        return self.left_in[self.pots[key.location] or "a"]


shares = st.dictionaries(st.integers(0, 9), st.integers(0, 12), max_size=4).map(
    lambda left: tuple(Phase(on(day), units) for day, units in sorted(left.items()))
)
offers = st.builds(
    Offered,
    st.fixed_dictionaries(dict.fromkeys(PLACES, timelines)),
    st.fixed_dictionaries(dict.fromkeys(PLACES, st.sampled_from((None, "a", "b")))),
    st.fixed_dictionaries({"a": shares, "b": shares}),
)
wishes = st.lists(
    st.tuples(st.sampled_from(("shirt", "hat")), st.integers(1, 12)), min_size=1, max_size=4
)


@settings(max_examples=500, deadline=None)
@given(offers, wishes, st.integers(0, 9))
def test_lines_are_taken_from_where_looking_at_every_date_takes_them(
    offered: Offered, wished: list[tuple[str, int]], day: int
) -> None:
    lines = [WantedLine(f"l{at}", sku, units) for at, (sku, units) in enumerate(wished)]

    chosen = choose_later(lines, PLACES, offered, on(day))

    assert chosen == choose_plainly(lines, PLACES, offered, on(day))
