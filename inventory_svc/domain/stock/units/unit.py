"""A serialised unit: one piece that is known by its serial number, wherever it goes."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inventory_svc.domain.stock.position import PositionKey
from retail_kit.money import Money


class UnitState(StrEnum):
    """What has become of a piece."""

    IN_STOCK = "IN_STOCK"
    RESERVED = "RESERVED"
    SOLD = "SOLD"
    IN_TRANSIT = "IN_TRANSIT"
    MISSING = "MISSING"
    RENTED = "RENTED"
    BACK = "BACK"
    IN_REFURBISHMENT = "IN_REFURBISHMENT"
    WRITTEN_OFF = "WRITTEN_OFF"


ON_HAND = frozenset({UnitState.IN_STOCK, UnitState.RESERVED})
"""States of a piece that its position counts."""

UNJUDGED = frozenset({UnitState.BACK, UnitState.IN_REFURBISHMENT})
"""States of a piece that is there, and that no position counts until somebody has judged it."""

OFF_SALE = UNJUDGED | {UnitState.RENTED, UnitState.WRITTEN_OFF}
"""States that only the steps of a rental lead out of."""


class ReadPoint(StrEnum):
    """Where a reader of tags hangs, which says what its reads mean."""

    DOOR = "DOOR"
    CEILING = "CEILING"


class Claim(NamedTuple):
    """For whom a piece is kept, or for whom it has left: a line of a reservation."""

    reservation_id: str
    line_id: str
    order_id: str | None = None
    expires_at: datetime | None = None


class Sighting(NamedTuple):
    """Where and when the tag of a piece was read last."""

    location: str
    at: datetime
    point: ReadPoint


@dataclass(frozen=True, slots=True)
class SerialUnit:
    """One piece; it is the fold of its history.

    `position` is where it is, or was last, and in which condition; `placed_at` when somebody said
    so, or that it has left; `placed_by` the read since then that says where it is. `epc` is the
    code of its tag, `price` its own. `version` counts its commits, `steps` the lines of its
    history; that a tag was seen where it belongs is no change. `rentals` counts how often it was
    rented out, `uses` how often it came back from that.
    """

    serial: str
    position: PositionKey
    state: UnitState
    placed_at: datetime
    epc: str | None = None
    price: Money | None = None
    claim: Claim | None = None
    seen: Sighting | None = None
    placed_by: Sighting | None = None
    version: int = 0
    steps: int = 0
    rentals: int = 0
    uses: int = 0

    @property
    def is_on_hand(self) -> bool:
        """Whether its position counts it."""
        return self.state in ON_HAND

    @property
    def is_there(self) -> bool:
        """Whether it should be found at its location, counted or not."""
        return self.is_on_hand or self.state in UNJUDGED

    @property
    def is_lent(self) -> bool:
        """Whether it was rented out and has not come back, be it given up or not."""
        return self.rentals > self.uses

    def state_at(self, now: datetime) -> UnitState:
        """Give the state as anyone may see it now: a claim ends whether that is written or not."""
        return UnitState.IN_STOCK if self._claim_is_over(now) else self.state

    def claim_at(self, now: datetime) -> Claim | None:
        """Give the claim as anyone may see it now."""
        return None if self._claim_is_over(now) else self.claim

    def claimed(self, claim: Claim) -> "SerialUnit":
        """Give the piece as it is kept for somebody."""
        return replace(self, state=UnitState.RESERVED, claim=claim)

    def freed(self) -> "SerialUnit":
        """Give the piece as it is nobody's."""
        return replace(self, state=UnitState.IN_STOCK, claim=None)

    def gone(self, state: UnitState, now: datetime, claim: Claim | None = None) -> "SerialUnit":
        """Give the piece as it is no longer on its shelf."""
        return replace(self, state=state, claim=claim, placed_at=now, placed_by=None)

    def placed(self, position: PositionKey, now: datetime) -> "SerialUnit":
        """Give the piece as somebody has said where it is."""
        return replace(self.freed(), position=position).confirmed(now)

    def confirmed(self, now: datetime) -> "SerialUnit":
        """Give the piece as somebody has said again where it is; who keeps it still does."""
        return replace(self, placed_at=now, placed_by=None)

    def rented(self, now: datetime, claim: Claim | None) -> "SerialUnit":
        """Give the piece as somebody has it for a time."""
        return replace(self.gone(UnitState.RENTED, now, claim), rentals=self.rentals + 1)

    def unjudged(self, state: UnitState, location: str, now: datetime) -> "SerialUnit":
        """Give the piece as it is at a location and not for sale; what was lent has come back."""
        position = self.position._replace(location=location)
        return replace(self.gone(state, now), position=position, uses=self.rentals)

    def is_kept_by(self, reservation_id: str) -> bool:
        """Whether this reservation, and no other one, keeps the piece."""
        return (
            self.state is UnitState.RESERVED
            and self.claim is not None
            and self.claim.reservation_id == reservation_id
        )

    def _claim_is_over(self, now: datetime) -> bool:
        claim = self.claim
        return (
            self.state is UnitState.RESERVED
            and claim is not None
            and claim.expires_at is not None
            and claim.expires_at <= now
        )
