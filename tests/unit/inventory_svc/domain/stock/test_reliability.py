"""What is suggested for a location follows from what its picks found, and from nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.rules.rule import Protection
from inventory_svc.domain.stock.reliability import Picks, ReliabilityMeasure
from service_kit.commands.refusal import Refusal

USUAL = ReliabilityMeasure()
ONE_OF_TWO = Protection(units=1, on_hand_at_most=2)


@pytest.mark.parametrize(
    ("found", "missing", "suggested"),
    [
        (17, 3, ONE_OF_TWO),
        (99, 1, None),
        (95, 5, None),
        (94, 6, ONE_OF_TWO),
        (9, 10, None),
        (10, 10, ONE_OF_TWO),
        (0, 20, ONE_OF_TWO),
        (20, 0, None),
    ],
)
def test_a_location_is_unreliable_over_five_percent_of_twenty_units_or_more(
    found: int, missing: int, suggested: Protection | None
) -> None:
    assert USUAL.suggested(Picks("S1", found, missing)) == suggested


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 20))
def test_who_misses_more_is_never_trusted_more(found: int, missing: int, more: int) -> None:
    before = USUAL.suggested(Picks("S1", found, missing))
    after = USUAL.suggested(Picks("S1", found, missing + more))

    assert before is None or after == before


@pytest.mark.parametrize(
    "figures",
    [
        {"days": 0},
        {"days": 366},
        {"least_units": 0},
        {"over_percent": -1},
        {"over_percent": 101},
        {"protect_units": 0},
        {"on_hand_at_most": 2**31},
    ],
)
def test_figures_that_make_no_sense_are_refused(figures: dict[str, int]) -> None:
    with pytest.raises(Refusal):
        replace(USUAL, **figures).require_sound()
