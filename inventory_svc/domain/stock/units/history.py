"""The history of a piece: immutable steps, the last of which says where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.unit import Claim, UnitState


class UnitStepKind(StrEnum):
    """What happened to a piece."""

    REGISTERED = "REGISTERED"
    MOVED = "MOVED"
    RELABELLED = "RELABELLED"
    RESERVED = "RESERVED"
    RELEASED = "RELEASED"
    SOLD = "SOLD"
    SENT = "SENT"
    MISSING = "MISSING"
    CAME_BACK = "CAME_BACK"
    RENTED = "RENTED"
    TAKEN_BACK = "TAKEN_BACK"
    REFURBISHMENT_STARTED = "REFURBISHMENT_STARTED"
    REFURBISHED = "REFURBISHED"
    WRITTEN_OFF = "WRITTEN_OFF"


@dataclass(frozen=True, slots=True)
class UnitStep:
    """One line of the history of a piece: what happened, and how it stood afterwards.

    `number` counts from 1 without gaps. `occurred_at` is when it was written, `effective_at` when
    it happened (the time of a read). `cause` identifies the command. `uses` are those until then.
    """

    serial: str
    number: int
    kind: UnitStepKind
    state: UnitState
    position: PositionKey
    claim: Claim | None
    cause: str
    actor: str
    occurred_at: datetime
    effective_at: datetime
    uses: int = 0
