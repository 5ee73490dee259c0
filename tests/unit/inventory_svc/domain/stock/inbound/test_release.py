"""What is promised of an item of which nothing leaves before a date."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.stock.inbound.phase import Phase, held_until

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 9


def on(day: int) -> datetime:
    return START + timedelta(days=day)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Phase, ...]:
    days = sorted(draw(st.sets(st.integers(1, DAYS), max_size=4)))
    units = sorted(draw(st.lists(st.integers(0, 9), min_size=1 + len(days), max_size=5)))
    return tuple(Phase(on(day), units[place]) for place, day in enumerate((0, *days)))


def by(phases: Sequence[Phase], moment: datetime) -> int:
    return max((phase.quantity for phase in phases if phase.at <= moment), default=0)


@given(calendars(), st.integers(-2, DAYS + 2))
def test_nothing_is_promised_for_a_sooner_date_and_no_less_for_later_ones(
    phases: tuple[Phase, ...], release: int
) -> None:
    held = held_until(phases, on(release))

    assert held[0].at == START
    assert [phase.at for phase in held] == sorted({phase.at for phase in held})
    for day in range(DAYS + 3):
        expected = by(phases, on(day)) if day >= release else 0
        assert by(held, on(day)) == expected


@given(calendars())
def test_without_a_date_nothing_differs(phases: tuple[Phase, ...]) -> None:
    assert held_until(phases, None) == phases
