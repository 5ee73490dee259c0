"""A rule of the stock: what it speaks of, what it does, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.location import LocationType
from inventory_svc.domain.rules.sale import OrderType, Sale, ServiceLevel


class RuleKind(StrEnum):
    """What a rule decides; rules of different kinds never compete."""

    EXPOSURE = "EXPOSURE"
    PROTECTION = "PROTECTION"
    SHARE = "SHARE"
    DEFERRAL = "DEFERRAL"


@dataclass(frozen=True, slots=True)
class RuleScope:
    """What a rule speaks of; what is not named is anything.

    At most one of SKU and category, one of location, group and type, one of channel and market.
    """

    sku: str | None = None
    category: str | None = None
    location: str | None = None
    group: str | None = None
    location_type: LocationType | None = None
    channel: str | None = None
    market: str | None = None
    methods: frozenset[DeliveryMethod] = frozenset()
    levels: frozenset[ServiceLevel] = frozenset()
    order_types: frozenset[OrderType] = frozenset()
    conditions: frozenset[Condition] = frozenset()

    def covers_item(self, sku: str, category: str | None) -> bool:
        """Whether it speaks of an item."""
        return self.sku in (None, sku) and self.category in (None, category)

    def covers_sale(self, sale: Sale) -> bool:
        """Whether it speaks of a kind of sale."""
        service = sale.service
        return (
            self.channel in (None, sale.channel)
            and self.market in (None, sale.market)
            and (not self.methods or service.method in self.methods)
            and (not self.levels or service.level in self.levels)
            and (not self.order_types or service.order_type in self.order_types)
            and (not self.conditions or sale.condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Exposure:
    """Whether the goods may be sold at all."""

    exposed: bool


@dataclass(frozen=True, slots=True)
class SlowExposure:
    """Goods may be sold only where they last for so many weeks at their pace of sale there."""

    from_weeks: int


@dataclass(frozen=True, slots=True)
class Protection:
    """Units of a location that are not sold: so many, or so many percent of what is there.

    With `on_hand_at_most`, only as long as no more than that are on hand.
    """

    units: int | None = None
    percent: int | None = None
    on_hand_at_most: int | None = None

    def of(self, on_hand: int) -> int:
        """Give the units that are protected of those that are there, rounded up."""
        if self.on_hand_at_most is not None and on_hand > self.on_hand_at_most:
            return 0
        if self.units is not None:
            return min(self.units, on_hand)
        return -(-on_hand * (self.percent or 0) // 100)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the stock that may be sold: so many percent, at most so many units, or both."""

    percent: int | None = None
    cap: int | None = None

    def of(self, units: int) -> int:
        """Give the part of so many units, rounded down."""
        part = units if self.percent is None else units * self.percent // 100
        return part if self.cap is None else min(part, self.cap)


@dataclass(frozen=True, slots=True)
class Deferral:
    """How long before its arrival stock may be sold."""

    longest_days: int


Effect: TypeAlias = Exposure | SlowExposure | Protection | Share | Deferral


@dataclass(frozen=True, slots=True)
class StockRule:
    """One rule; `since` is the version of the rule set that it came with in this form.

    It is valid from the first moment, up to but without the second; None is unbounded.
    """

    code: str
    scope: RuleScope
    effect: Effect
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    since: int = 0

    @property
    def kind(self) -> RuleKind:
        """What the rule decides."""
        match self.effect:
            case Exposure() | SlowExposure():
                return RuleKind.EXPOSURE
            case Protection():
                return RuleKind.PROTECTION
            case Share():
                return RuleKind.SHARE
            case Deferral():
                return RuleKind.DEFERRAL

    def is_valid(self, at: datetime) -> bool:
        """Whether the rule counts at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )

    def meets(self, other: "StockRule") -> bool:
        """Whether there is a moment at which both count."""
        return _starts_before(self.valid_from, other.valid_until) and _starts_before(
            other.valid_from, self.valid_until
        )


def _starts_before(start: datetime | None, end: datetime | None) -> bool:
    return start is None or end is None or start < end
