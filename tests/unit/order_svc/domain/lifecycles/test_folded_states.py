import itertools

import pytest

from order_svc.domain.lifecycles import fulfilment_state, parcel_state
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.parcel_state import ParcelState
from order_svc.domain.lifecycles.slices import SliceState

S = SliceState


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([S.ALLOCATED], FulfilmentState.ASSIGNED),
        ([S.PICKED, S.PICKING], FulfilmentState.PICKING),
        ([S.PICKED, S.PACKED], FulfilmentState.PICKED),
        ([S.PACKED, S.SHIPPED], FulfilmentState.PACKED),
        ([S.SHIPPED, S.DELIVERED], FulfilmentState.HANDED_OVER),
        ([S.DELIVERED], FulfilmentState.HANDED_OVER),
    ],
)
def test_a_fulfilment_is_as_far_as_its_last_slice(
    states: list[SliceState], expected: FulfilmentState
) -> None:
    assert fulfilment_state.folded_state(states, entirely_short=False) is expected
    assert fulfilment_state.folded_state(states[::-1], entirely_short=False) is expected


def test_a_fulfilment_without_slices_was_short_or_cancelled() -> None:
    fold = fulfilment_state.folded_state
    assert fold([], entirely_short=True) is FulfilmentState.SHORT
    assert fold([], entirely_short=False) is FulfilmentState.CANCELLED


def test_a_parcel_is_where_its_slices_are() -> None:
    fold = parcel_state.folded_state
    assert fold([S.PACKED]) is ParcelState.DRAFT
    assert fold([S.SHIPPED]) is ParcelState.HANDED_OVER
    assert fold([S.DELIVERED]) is ParcelState.DELIVERED
    assert fold([]) is ParcelState.CANCELLED


def test_the_tables_of_steps_cover_every_state_and_lead_nowhere_twice() -> None:
    assert set(fulfilment_state.STEPS) == set(FulfilmentState)
    assert set(parcel_state.STEPS) == set(ParcelState)
    backward = [
        (one, other)
        for one, other in itertools.permutations(FulfilmentState, 2)
        if other in fulfilment_state.STEPS[one] and one in fulfilment_state.STEPS[other]
    ]
    assert backward == []
