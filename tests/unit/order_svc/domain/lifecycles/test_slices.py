import pytest

from order_svc.domain.lifecycles.slices import (
    CANCELLABLE,
    HANDED_OVER,
    RESUMABLE,
    STEPS,
    IllegalStep,
    SliceState,
    step,
)

S = SliceState


def test_every_state_stands_in_the_table() -> None:
    assert set(STEPS) == set(SliceState)


@pytest.mark.parametrize("before", SliceState)
@pytest.mark.parametrize("after", SliceState)
def test_a_step_is_taken_if_and_only_if_the_table_has_it(
    before: SliceState, after: SliceState
) -> None:
    if after in STEPS[before]:
        assert step(before, after) is after
    else:
        with pytest.raises(IllegalStep):
            step(before, after)


def test_a_path_ends_at_its_last_state_and_stops_at_its_first_illegal_step() -> None:
    assert step(S.PICKING, S.SHORT, S.SOURCING, S.ALLOCATED) is S.ALLOCATED
    with pytest.raises(IllegalStep, match="SHIPPED does not follow PICKED"):
        step(S.PICKING, S.PICKED, S.SHIPPED)


def test_what_has_left_cannot_be_cancelled_and_everything_placed_before_can() -> None:
    assert not CANCELLABLE & HANDED_OVER
    assert set(SliceState) - CANCELLABLE == HANDED_OVER | {S.PLACED, S.SHORT, S.CANCELLED}


def test_only_what_waits_can_be_sought_again() -> None:
    assert {S.BACKORDERED, S.UNFILLABLE} == RESUMABLE


def test_every_state_can_be_reached_from_the_first_one() -> None:
    reached, found = {S.PLACED}, {S.PLACED}
    while found:
        found = {after for before in found for after in STEPS[before]} - reached
        reached |= found
    assert reached == set(SliceState)
