"""The state of a fulfilment: that of its slices that have come least far."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from order_svc.domain.lifecycles.slices import SliceState


class FulfilmentState(StrEnum):
    """How far a location has come with its part of an order."""

    ASSIGNED = "ASSIGNED"
    PICKING = "PICKING"
    PICKED = "PICKED"
    PACKED = "PACKED"
    HANDED_OVER = "HANDED_OVER"
    SHORT = "SHORT"
    CANCELLED = "CANCELLED"


_F = FulfilmentState

LEAST_FAR_FIRST: Final = (
    (SliceState.ALLOCATED, FulfilmentState.ASSIGNED),
    (SliceState.PICKING, FulfilmentState.PICKING),
    (SliceState.PICKED, FulfilmentState.PICKED),
    (SliceState.PACKED, FulfilmentState.PACKED),
    (SliceState.SHIPPED, FulfilmentState.HANDED_OVER),
    (SliceState.DELIVERED, FulfilmentState.HANDED_OVER),
    (SliceState.RETURN_DECLARED, FulfilmentState.HANDED_OVER),
    (SliceState.RETURNED, FulfilmentState.HANDED_OVER),
)
"""The fold: the first slice state found among the fulfilment's slices names its state."""

STEPS: Final[Mapping[FulfilmentState, frozenset[FulfilmentState]]] = MappingProxyType(
    {
        _F.ASSIGNED: frozenset({_F.PICKING, _F.PICKED, _F.SHORT, _F.CANCELLED}),
        _F.PICKING: frozenset({_F.PICKED, _F.SHORT, _F.CANCELLED}),
        _F.PICKED: frozenset({_F.PACKED, _F.HANDED_OVER, _F.CANCELLED}),
        _F.PACKED: frozenset({_F.HANDED_OVER, _F.CANCELLED}),
        _F.HANDED_OVER: frozenset(),
        _F.SHORT: frozenset(),
        _F.CANCELLED: frozenset(),
    }
)
"""Which state may follow which, whatever is picked, found missing or cancelled meanwhile."""

FINISHED: Final = frozenset(state for state, following in STEPS.items() if not following)
"""States in which the location has nothing left to do."""


def folded_state(states: Collection[SliceState], *, entirely_short: bool) -> FulfilmentState:
    """Fold the states of the slices that the fulfilment still has; none left ends it."""
    for slice_state, state in LEAST_FAR_FIRST:
        if slice_state in states:
            return state
    return FulfilmentState.SHORT if entirely_short else FulfilmentState.CANCELLED
