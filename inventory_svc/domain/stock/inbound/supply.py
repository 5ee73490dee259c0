"""A supply on its way to one position: a supply document like the position itself."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.position import Hold, PositionKey

SETTLE_WORK: Final = "inbound-settling"
"""The kind of due work that renews promises after a change."""
SETTLE_AFTER: Final = timedelta(seconds=5)
"""When it is done at the latest; whoever makes the change does it at once."""


class InboundKind(StrEnum):
    """What is on its way."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    TRANSFER = "TRANSFER"
    PREORDER = "PREORDER"


class InboundState(StrEnum):
    """Where a supply stands."""

    EXPECTED = "EXPECTED"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"


class InboundKey(NamedTuple):
    """Names a supply: where it goes, and the line of the paper that announces it."""

    position: PositionKey
    kind: InboundKind
    reference: str
    line: str = "1"

    @property
    def identifier(self) -> str:
        """The key as one text, beginning with the SKU."""
        return SEPARATOR.join(
            (self.position.identifier, self.kind.value, self.reference, self.line)
        )


class SaleWindow(NamedTuple):
    """When a quota is sold, up to but without the end, and on which channel; None is any."""

    opens_at: datetime
    closes_at: datetime
    channel: str | None = None

    def is_open(self, now: datetime, channel: str | None) -> bool:
        """Whether the quota may be sold on a channel."""
        return self.opens_at <= now < self.closes_at and self.channel in (None, channel)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said of a supply from outside: it replaces what was said before.

    `expected_at` is the date as announced; `available_from` counts the delay that its supplier is
    known for. `origin` is the location that sends a transfer. A quota has a `window`. Goods with a
    `ship_before` are sold only as long as they can leave again before that date.
    """

    key: InboundKey
    quantity: int
    expected_at: datetime
    available_from: datetime
    supplier: str | None = None
    origin: str | None = None
    window: SaleWindow | None = None
    cancelled: bool = False
    ship_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboundSupply:
    """What was announced, and what has become of its units.

    `received` came in (of a quota: goods were found for), `pegged` are kept for orders, `holds`
    for a time. `places` counts the pegs ever made: it orders those who wait.
    """

    announced: Announcement
    received: int = 0
    pegged: int = 0
    holds: tuple[Hold, ...] = ()
    places: int = 0
    version: int = 0

    @property
    def key(self) -> InboundKey:
        """Its name."""
        return self.announced.key

    @property
    def available_from(self) -> datetime:
        """When its units can be promised for."""
        return self.announced.available_from

    @property
    def is_quota(self) -> bool:
        """Whether it is a number to sell up to, and no goods."""
        return self.key.kind is InboundKind.PREORDER

    @property
    def state(self) -> InboundState:
        """Where it stands."""
        if self.announced.cancelled:
            return InboundState.CANCELLED
        done = self.received >= self.announced.quantity
        return InboundState.RECEIVED if done else InboundState.EXPECTED

    @property
    def open(self) -> int:
        """Units that are still to come, fit to be sold or not."""
        if self.announced.cancelled:
            return 0
        return max(0, self.announced.quantity - self.received)

    def is_past(self, now: datetime) -> bool:
        """Whether its goods are past the date before which they have to leave again."""
        ship_before = self.announced.ship_before
        return ship_before is not None and ship_before <= now

    def to_come(self, now: datetime) -> int:
        """Units that are still to come and may be sold then."""
        return 0 if self.is_past(now) else self.open

    @property
    def promised_until(self) -> datetime | None:
        """When the promises that rest on it end; None for never, or if there are none."""
        return self.announced.ship_before if self.pegged or self.holds else None

    @property
    def is_live(self) -> bool:
        """Whether anything is still to come, or anybody waits for it."""
        return bool(self.open or self.pegged or self.holds)

    def taken(self, now: datetime) -> int:
        """Units that are promised: kept for orders, or held for a time that is not over."""
        return self.pegged + sum(hold.quantity for hold in self.holds if hold.expires_at > now)

    def free(self, now: datetime) -> int:
        """Units to come that nobody was promised; negative when too many were."""
        return self.to_come(now) - self.taken(now)

    def missing(self, now: datetime) -> int:
        """Units promised too many; what was sold of a quota is promised, however small it is."""
        if self.is_quota and not self.announced.cancelled:
            return 0
        return max(0, -self.free(now))

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have come: nothing more is promised of it until it has a new date."""
        return bool(self.open) and self.available_from <= now

    def kept(self, units: int, expires_at: datetime | None) -> "InboundSupply":
        """Give the supply with so many units more promised, or less when negative."""
        if expires_at is None:
            return replace(self, pegged=self.pegged + units)
        holds = dict(self.holds)
        holds[expires_at] = holds.get(expires_at, 0) + units
        left = tuple(Hold(at, held) for at, held in sorted(holds.items()) if held)
        return replace(self, holds=left)

    def served(self, units: int, expires_at: datetime | None) -> "InboundSupply":
        """Give the supply after goods were found for units that it had promised.

        A quota is used up by that; anything else has them free again.
        """
        freed = self.kept(-units, expires_at)
        return replace(freed, received=freed.received + units) if self.is_quota else freed


def named_supply(identifier: str) -> InboundKey:
    """Read the key out of a supply's identifier."""
    sku, location, condition, kind, reference, line = identifier.split(SEPARATOR)
    position = PositionKey(sku, location, Condition(condition))
    return InboundKey(position, InboundKind(kind), reference, line)


def by_date(supplies: Iterable[InboundSupply]) -> list[InboundSupply]:
    """Give supplies in the order in which they come, ties by name."""
    return sorted(supplies, key=lambda each: (each.available_from, each.key.identifier))
