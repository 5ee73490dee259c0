"""The states of a slice, which is some units of a line that have come equally far."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class SliceState(StrEnum):
    """How far some units of a line have come."""

    PLACED = "PLACED"
    SOURCING = "SOURCING"
    ALLOCATED = "ALLOCATED"
    BACKORDERED = "BACKORDERED"
    UNFILLABLE = "UNFILLABLE"
    PICKING = "PICKING"
    SHORT = "SHORT"
    PICKED = "PICKED"
    PACKED = "PACKED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    RETURN_DECLARED = "RETURN_DECLARED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


_S = SliceState

STEPS: Final[Mapping[SliceState, frozenset[SliceState]]] = MappingProxyType(
    {
        _S.PLACED: frozenset({_S.ALLOCATED, _S.BACKORDERED}),
        _S.SOURCING: frozenset({_S.ALLOCATED, _S.BACKORDERED, _S.UNFILLABLE, _S.CANCELLED}),
        _S.ALLOCATED: frozenset({_S.PICKING, _S.BACKORDERED, _S.CANCELLED}),
        _S.BACKORDERED: frozenset({_S.SOURCING, _S.ALLOCATED, _S.CANCELLED}),
        _S.UNFILLABLE: frozenset({_S.SOURCING, _S.CANCELLED}),
        _S.PICKING: frozenset({_S.PICKED, _S.SHORT, _S.CANCELLED}),
        _S.SHORT: frozenset({_S.SOURCING}),
        _S.PICKED: frozenset({_S.PACKED, _S.CANCELLED}),
        _S.PACKED: frozenset({_S.SHIPPED, _S.CANCELLED}),
        _S.SHIPPED: frozenset({_S.DELIVERED}),
        _S.DELIVERED: frozenset({_S.RETURN_DECLARED}),
        _S.RETURN_DECLARED: frozenset({_S.DELIVERED, _S.RETURNED}),
        _S.RETURNED: frozenset(),
        _S.CANCELLED: frozenset(),
    }
)
"""Which state may follow which. A placement that is refused leaves no order, hence no step."""

PASSING: Final = frozenset({SliceState.SHORT})
"""States that nothing rests in: units found missing go on to SOURCING in the same commit."""

AT_A_LOCATION: Final = frozenset({_S.ALLOCATED, _S.PICKING, _S.PICKED, _S.PACKED})
"""States in which a location holds the goods for the order, so that stock is reserved."""

ARRIVED: Final = frozenset({_S.DELIVERED, _S.RETURN_DECLARED, _S.RETURNED})
"""States after the goods have reached the customer, who may have sent them back."""

HANDED_OVER: Final = ARRIVED | {_S.SHIPPED}
"""States after the goods have left."""

SENT_BACK: Final = frozenset({_S.RETURN_DECLARED, _S.RETURNED})
"""States of what the customer gives back, or has given back."""

CANCELLABLE: Final = frozenset(state for state in SliceState if _S.CANCELLED in STEPS[state])
"""States from which units can be cancelled."""

RESUMABLE: Final = frozenset(
    state for state in SliceState if _S.SOURCING in STEPS[state] and state not in PASSING
)
"""States of units that wait for somebody to look for stock again."""


class IllegalStep(Exception):
    """A state was asked to follow one that it may not follow; nothing was changed."""

    def __init__(self, before: StrEnum, after: StrEnum) -> None:
        super().__init__(f"{after} does not follow {before}")
        self.before = before
        self.after = after


def step(before: SliceState, *path: SliceState) -> SliceState:
    """Walk the path and give where it ends; the first step not in the table raises."""
    for after in path:
        if after not in STEPS[before]:
            raise IllegalStep(before, after)
        before = after
    return before
