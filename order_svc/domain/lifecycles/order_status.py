"""The status of an order, or of one line: folded from the states of its slices, never set."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_svc.domain.lifecycles.slices import ARRIVED, SliceState


class OrderStatus(StrEnum):
    """What an order, or a line, is at as a whole."""

    PLACING = "PLACING"
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    PARTIALLY_SHIPPED = "PARTIALLY_SHIPPED"
    SHIPPED = "SHIPPED"
    PARTIALLY_DELIVERED = "PARTIALLY_DELIVERED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


class CustomerStatus(StrEnum):
    """The same in the few words that a customer is told."""

    VALIDATED = "VALIDATED"
    IN_PREPARATION = "IN_PREPARATION"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class FoldRow:
    """One row of the fold: it holds when `every` live state, or else `some` one, is among these."""

    status: OrderStatus
    every: frozenset[SliceState] = frozenset()
    some: frozenset[SliceState] = frozenset()

    def holds(self, live: frozenset[SliceState]) -> bool:
        """Whether the row applies to the states of what is not cancelled."""
        return bool(self.some & live) if self.some else live <= self.every


_S = SliceState

FOLD: Final = (
    FoldRow(OrderStatus.CANCELLED, every=frozenset()),
    FoldRow(OrderStatus.PLACING, some=frozenset({_S.PLACED})),
    FoldRow(OrderStatus.RETURNED, every=frozenset({_S.RETURNED})),
    FoldRow(OrderStatus.DELIVERED, every=ARRIVED),
    FoldRow(OrderStatus.PARTIALLY_DELIVERED, some=ARRIVED),
    FoldRow(OrderStatus.SHIPPED, every=frozenset({_S.SHIPPED})),
    FoldRow(OrderStatus.PARTIALLY_SHIPPED, some=frozenset({_S.SHIPPED})),
    FoldRow(OrderStatus.IN_PROGRESS, some=frozenset({_S.PICKING, _S.SHORT, _S.PICKED, _S.PACKED})),
    FoldRow(OrderStatus.OPEN, every=frozenset(SliceState)),
)
"""The fold, read from the top over the states of what is not cancelled; the first row wins."""

WORKED_ROWS: Final[tuple[tuple[tuple[SliceState, ...], OrderStatus], ...]] = (
    ((_S.PLACED,), OrderStatus.PLACING),
    ((_S.ALLOCATED,), OrderStatus.OPEN),
    ((_S.ALLOCATED, _S.SOURCING), OrderStatus.OPEN),
    ((_S.ALLOCATED, _S.UNFILLABLE), OrderStatus.OPEN),
    ((_S.BACKORDERED, _S.CANCELLED), OrderStatus.OPEN),
    ((_S.ALLOCATED, _S.PICKING), OrderStatus.IN_PROGRESS),
    ((_S.PICKED, _S.SOURCING), OrderStatus.IN_PROGRESS),
    ((_S.PACKED, _S.CANCELLED), OrderStatus.IN_PROGRESS),
    ((_S.SHIPPED, _S.ALLOCATED), OrderStatus.PARTIALLY_SHIPPED),
    ((_S.SHIPPED, _S.PACKED, _S.CANCELLED), OrderStatus.PARTIALLY_SHIPPED),
    ((_S.SHIPPED, _S.CANCELLED), OrderStatus.SHIPPED),
    ((_S.SHIPPED, _S.DELIVERED, _S.CANCELLED), OrderStatus.PARTIALLY_DELIVERED),
    ((_S.DELIVERED, _S.ALLOCATED), OrderStatus.PARTIALLY_DELIVERED),
    ((_S.DELIVERED, _S.DELIVERED, _S.CANCELLED), OrderStatus.DELIVERED),
    ((_S.DELIVERED, _S.RETURNED), OrderStatus.DELIVERED),
    ((_S.RETURN_DECLARED, _S.RETURN_DECLARED), OrderStatus.DELIVERED),
    ((_S.RETURNED, _S.SHIPPED), OrderStatus.PARTIALLY_DELIVERED),
    ((_S.RETURNED, _S.CANCELLED), OrderStatus.RETURNED),
    ((_S.CANCELLED, _S.CANCELLED), OrderStatus.CANCELLED),
)
"""Worked examples of the fold: states of the slices, then the status."""

TOLD_TO_CUSTOMERS: Final = {
    OrderStatus.PLACING: CustomerStatus.VALIDATED,
    OrderStatus.OPEN: CustomerStatus.VALIDATED,
    OrderStatus.IN_PROGRESS: CustomerStatus.IN_PREPARATION,
    OrderStatus.PARTIALLY_SHIPPED: CustomerStatus.IN_PREPARATION,
    OrderStatus.SHIPPED: CustomerStatus.SHIPPED,
    OrderStatus.PARTIALLY_DELIVERED: CustomerStatus.SHIPPED,
    OrderStatus.DELIVERED: CustomerStatus.DELIVERED,
    OrderStatus.RETURNED: CustomerStatus.RETURNED,
    OrderStatus.CANCELLED: CustomerStatus.CANCELLED,
}
"""What a customer reads for each status."""


def folded_status(states: Iterable[SliceState]) -> OrderStatus:
    """Fold the states of slices into one status by the table."""
    live = frozenset(states) - {SliceState.CANCELLED}
    return next(row.status for row in FOLD if row.holds(live))
