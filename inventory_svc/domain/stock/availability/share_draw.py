"""What was drawn under the rule of a share: a supply document like a position."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.position import Hold, PositionKey

DRAWN_FOR: Final = timedelta(days=7)
"""How long units that were shipped count as drawn where nobody counts what is left."""

CountedAt: TypeAlias = Callable[[PositionKey], datetime | None]
"""Gives the time of the latest count of a position."""


class ShareKey(NamedTuple):
    """Names what is drawn of one item in one condition under one rule."""

    rule: str
    sku: str
    condition: Condition = Condition.NEW

    @property
    def identifier(self) -> str:
        """The key as one text, beginning with the SKU."""
        return SEPARATOR.join((self.sku, self.condition.value, self.rule))


class Shipped(NamedTuple):
    """Units that have left a location within an hour of the clock; `at` is when the last did."""

    location: str
    at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class ShareDraw:
    """Units kept for orders, held for a time, and shipped, all under one rule.

    `pegged` and `pegged_holds` are those that are still to come: they take nothing from today's.
    """

    key: ShareKey
    allocated: int = 0
    holds: tuple[Hold, ...] = ()
    shipped: tuple[Shipped, ...] = ()
    version: int = 0
    pegged: int = 0
    pegged_holds: tuple[Hold, ...] = ()

    def drawn(self, now: datetime, counted_at: CountedAt) -> int:
        """Give what counts as drawn: shipped units until their location is counted, or a week."""
        shipped = sum(row.units for row in self._still_drawn(now, counted_at))
        return self.allocated + _held(self.holds, now) + shipped

    @property
    def left_from(self) -> frozenset[PositionKey]:
        """The positions that units have left: their counts tell which of them still are drawn."""
        _, sku, condition = self.key
        return frozenset(PositionKey(sku, row.location, condition) for row in self.shipped)

    def uncounted(self, counted_at: CountedAt) -> "ShareDraw":
        """Give the draw without shipments that were counted since, for who knows no counts."""
        times = {key.location: counted_at(key) for key in self.left_from}
        rows = tuple(row for row in self.shipped if _is_later(row.at, times[row.location]))
        return replace(self, shipped=rows)

    def awaited(self, now: datetime) -> int:
        """Give the units that are still to come and will count as drawn then."""
        return self.pegged + _held(self.pegged_holds, now)

    def kept(self, units: int, expires_at: datetime | None) -> "ShareDraw":
        """Give the draw with so many units more kept, or less when negative."""
        if expires_at is None:
            return replace(self, allocated=self.allocated + units)
        return replace(self, holds=_with(self.holds, units, expires_at))

    def expected(self, units: int, expires_at: datetime | None) -> "ShareDraw":
        """Give the draw with so many units more to come, or less when negative."""
        if expires_at is None:
            return replace(self, pegged=self.pegged + units)
        return replace(self, pegged_holds=_with(self.pegged_holds, units, expires_at))

    def left(self, location: str, units: int, now: datetime, counted_at: CountedAt) -> "ShareDraw":
        """Give the draw after units have left a location, without shipments that are forgotten."""
        rows = list(self._still_drawn(now, counted_at))
        for place, row in enumerate(rows):
            if row.location == location and _hour(row.at) == _hour(now):
                rows[place] = Shipped(location, max(now, row.at), row.units + units)
                break
        else:
            rows.append(Shipped(location, now, units))
        return replace(self, shipped=tuple(rows))

    def _still_drawn(self, now: datetime, counted_at: CountedAt) -> tuple[Shipped, ...]:
        uncounted = self.uncounted(counted_at).shipped
        return tuple(row for row in uncounted if row.at > now - DRAWN_FOR)


def _held(holds: Iterable[Hold], now: datetime) -> int:
    return sum(hold.quantity for hold in holds if hold.expires_at > now)


def _with(holds: Iterable[Hold], units: int, expires_at: datetime) -> tuple[Hold, ...]:
    known = dict(holds)
    known[expires_at] = known.get(expires_at, 0) + units
    return tuple(Hold(at, held) for at, held in sorted(known.items()) if held)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _is_later(at: datetime, counted_at: datetime | None) -> bool:
    return counted_at is None or at > counted_at
