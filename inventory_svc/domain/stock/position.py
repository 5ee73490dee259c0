"""A stock position: what one location holds of one SKU in one condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.pace import NO_PACE, Pace
from inventory_svc.domain.stock.unavailable import Unavailable


class PositionKey(NamedTuple):
    """Names a position."""

    sku: str
    location: str
    condition: Condition = Condition.NEW

    @property
    def identifier(self) -> str:
        """The key as one text, beginning with the SKU."""
        return SEPARATOR.join((self.sku, self.location, self.condition.value))


class Hold(NamedTuple):
    """Units held for soft reservations that end at the same second."""

    expires_at: datetime
    quantity: int


def held_in(holds: Sequence[Hold], now: datetime) -> int:
    """Add up the units of the holds that have not ended."""
    return sum(hold.quantity for hold in holds if hold.expires_at > now) if holds else 0


@dataclass(frozen=True, slots=True)
class Position:
    """The counters of one position; they are the fold of its ledger.

    `holds` are sorted by expiry and bounded by the seconds of the longest hold, not by the number
    of reservations. `moved_at` is when goods last moved; `counted_at` the latest count's time.
    `unavailable` has one row for each reason, sorted by it.
    `pieces` of the units on hand are known by their serial number, reserved ones included.
    `pace` is how fast they sell.
    """

    key: PositionKey
    on_hand: int = 0
    allocated: int = 0
    holds: tuple[Hold, ...] = ()
    version: int = 0
    movements: int = 0
    moved_at: datetime | None = None
    counted_at: datetime | None = None
    changed_at: datetime | None = None
    unavailable: tuple[Unavailable, ...] = ()
    pieces: int = 0
    pace: Pace = NO_PACE

    @property
    def reserved(self) -> int:
        """Units in holds, ended ones included until their expiry is written."""
        return sum(hold.quantity for hold in self.holds)

    @property
    def unavailable_units(self) -> int:
        """Units on hand that were declared not to be sellable."""
        return sum(row.quantity for row in self.unavailable) if self.unavailable else 0

    @property
    def sellable(self) -> int:
        """Units on hand that are fit to be sold, those included that are kept for somebody."""
        return self.on_hand - self.unavailable_units

    def held(self, now: datetime) -> int:
        """Units in holds that have not ended."""
        return held_in(self.holds, now)

    def available(self, now: datetime) -> int:
        """Units that can still be promised (ATS): on hand less unavailable, allocated and held."""
        left = self.sellable - self.allocated - self.held(now)
        return max(0, left)
