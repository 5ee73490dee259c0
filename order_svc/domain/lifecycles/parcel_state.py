"""The state of a parcel: that of the slices inside it, which move together."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from order_svc.domain.lifecycles.slices import SliceState


class ParcelState(StrEnum):
    """Where a parcel is."""

    DRAFT = "DRAFT"
    HANDED_OVER = "HANDED_OVER"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


_P = ParcelState

OF_SLICES: Final = (
    (SliceState.PACKED, ParcelState.DRAFT),
    (SliceState.SHIPPED, ParcelState.HANDED_OVER),
    (SliceState.DELIVERED, ParcelState.DELIVERED),
    (SliceState.RETURN_DECLARED, ParcelState.DELIVERED),
    (SliceState.RETURNED, ParcelState.DELIVERED),
)
"""The fold: the slice state found in the parcel names its state; an empty one is cancelled."""

STEPS: Final[Mapping[ParcelState, frozenset[ParcelState]]] = MappingProxyType(
    {
        _P.DRAFT: frozenset({_P.HANDED_OVER, _P.CANCELLED}),
        _P.HANDED_OVER: frozenset({_P.DELIVERED}),
        _P.DELIVERED: frozenset(),
        _P.CANCELLED: frozenset(),
    }
)
"""Which state may follow which."""


def folded_state(states: Collection[SliceState]) -> ParcelState:
    """Fold the states of the slices inside the parcel."""
    for slice_state, state in OF_SLICES:
        if slice_state in states:
            return state
    return ParcelState.CANCELLED
