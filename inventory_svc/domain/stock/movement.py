"""The ledger: immutable movements whose fold gives the counters of a position."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.pace import NO_PACE, Pace
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.unavailable import Disposition

_NUMBER_DIGITS = 12


class MovementKind(StrEnum):
    """What happened to the stock."""

    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"
    ADJUSTED = "ADJUSTED"
    HELD = "HELD"
    ALLOCATED = "ALLOCATED"
    CONSUMED = "CONSUMED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    SHORT = "SHORT"
    RETURN = "RETURN"
    DECLARED = "DECLARED"
    COUNTED = "COUNTED"
    RECEIVED = "RECEIVED"
    RENTED = "RENTED"
    REFURBISHED = "REFURBISHED"
    CONVERTED = "CONVERTED"


DECLARATIONS = frozenset({MovementKind.DECLARED, MovementKind.COUNTED})
"""What people at a location said of its shelves: whoever keeps the books is told."""


PICKS = frozenset({MovementKind.CONSUMED, MovementKind.SHORT})
"""What became of units that were to be taken off the shelves."""


class AdjustmentReason(StrEnum):
    """Why somebody corrects one position by hand or by a till."""

    SALE = "SALE"
    RECEIPT = "RECEIPT"
    CUSTOMER_RETURN = "CUSTOMER_RETURN"
    TRANSFER = "TRANSFER"
    LOSS = "LOSS"
    FOUND = "FOUND"
    CORRECTION = "CORRECTION"


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the ledger of a position.

    `number` counts the position's movements from 1 without gaps. `occurred_at` is when it was
    written, `effective_at` when the goods moved (a snapshot's own time). `cause` identifies the
    command; `expires_at` is the end of the hold that it made or ended, `share` the rule
    under which it drew or gave back; `disposition` why `unavailable` units are so. Of a sale,
    `pace` is how fast the position sold before it.
    """

    position: PositionKey
    number: int
    kind: MovementKind
    on_hand: int
    allocated: int
    held: int
    cause: str
    actor: str
    occurred_at: datetime
    effective_at: datetime
    reservation_id: str | None = None
    reason: AdjustmentReason | None = None
    expires_at: datetime | None = None
    share: str | None = None
    unavailable: int = 0
    disposition: Disposition | None = None
    pace: Pace = NO_PACE

    @property
    def sold(self) -> int:
        """Units that were sold; below none when a sale was taken back."""
        return units_sold(self.kind, self.reason, self.on_hand)

    @property
    def identifier(self) -> str:
        """The position and the number as one text; those of one position sort by number."""
        return movement_identifier(self.position, self.number)


def movement_identifier(position: PositionKey, number: int) -> str:
    """Name a movement by its position and number."""
    return f"{position.identifier}{SEPARATOR}{number:0{_NUMBER_DIGITS}}"


def units_sold(kind: MovementKind, reason: AdjustmentReason | None, on_hand: int) -> int:
    """Give the units that a movement of goods sold: over the counter, or by a reservation."""
    is_sale = kind is MovementKind.CONSUMED or reason is AdjustmentReason.SALE
    return -on_hand if is_sale else 0


class Counters(NamedTuple):
    """What the ledger adds up to."""

    on_hand: int
    allocated: int
    reserved: int


def fold(movements: Iterable[Movement]) -> Counters:
    """Add up the movements of one position."""
    on_hand = allocated = reserved = 0
    for movement in movements:
        on_hand += movement.on_hand
        allocated += movement.allocated
        reserved += movement.held
    return Counters(on_hand, allocated, reserved)


def fold_pace(movements: Iterable[Movement]) -> Pace:
    """Tell how fast one position sells, from its movements in their order."""
    pace = NO_PACE
    for movement in movements:
        if movement.sold:
            pace = pace.with_sold(movement.sold, movement.occurred_at)
    return pace


def fold_declared(movements: Iterable[Movement]) -> dict[Disposition, int]:
    """Add up what one position has declared, by reason; reasons with nothing left are left out."""
    declared: dict[Disposition, int] = {}
    for movement in movements:
        if movement.disposition is not None:
            units = declared.get(movement.disposition, 0) + movement.unavailable
            declared[movement.disposition] = units
    return {why: units for why, units in declared.items() if units}
