"""The ledger: immutable movements whose fold gives the counters of a position."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inventory_svc.domain.stock.position import PositionKey


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
    under which it drew or gave back.
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
