"""What can be sold of one item on one channel, and the steps that led there."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.formula import Counted, free
from inventory_svc.domain.stock.availability.policy import Policy, Terms
from inventory_svc.domain.stock.availability.pots import left_in_pot, left_of, protection_of
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.shelves import Shelves


class AvailabilityRule(StrEnum):
    """A step on the way from the shelves to the number."""

    PHYSICAL_STOCK = "PHYSICAL_STOCK"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    EXPOSURE = "EXPOSURE"
    UNAVAILABLE = "UNAVAILABLE"
    HARD_ALLOCATIONS = "HARD_ALLOCATIONS"
    SOFT_HOLDS = "SOFT_HOLDS"
    PROTECTION = "PROTECTION"
    NEVER_BELOW_ZERO = "NEVER_BELOW_ZERO"
    SHARE = "SHARE"


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A step and the units that it added or took away, by which published rule if one did."""

    rule: AvailabilityRule
    units: int
    by: StockRule | None = None


class LocationAvailability(NamedTuple):
    """What one location in scope can promise alone, and the rules that made it so."""

    location: Location
    quantity: int
    on_hand: int
    distance_km: float | None
    protected_by: StockRule | None = None
    shared_by: StockRule | None = None


Rows: TypeAlias = tuple[LocationAvailability, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """What can be promised of one SKU on one channel; the rules add up to `quantity`.

    Most who ask want the sum alone, so the rows are made when they are looked at.
    """

    sku: str
    channel: str
    quantity: int
    as_of: datetime
    rules_applied: tuple[AppliedRule, ...]
    rows: Callable[[], Rows] = field(compare=False, repr=False)

    @property
    def locations(self) -> Rows:
        """What each location in scope can promise alone."""
        return self.rows()


class Counters(Protocol):
    """What the formula looks at at one location: a position, or what is packed of one."""

    @property
    def on_hand(self) -> int: ...

    @property
    def allocated(self) -> int: ...

    @property
    def unavailable_units(self) -> int: ...

    @property
    def counted_at(self) -> datetime | None: ...

    def held(self, now: datetime) -> int:
        """Units in holds that have not ended."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of one SKU in one condition: counters by location, and what was drawn."""

    sku: str
    category: str | None = None
    positions: Mapping[str, Counters] = field(default_factory=dict)
    draws: Mapping[ShareKey, ShareDraw] = field(default_factory=dict)

    def counters(self) -> Mapping[str, Counters]:
        """Give the counters to go through; packed ones are spread out for that time only."""
        return self.positions.spread() if isinstance(self.positions, Shelves) else self.positions


def availability_of(
    stock: Stock, sale: Sale, scope: Sequence[Candidate], policy: Policy, now: datetime
) -> Availability:
    """Apply the formula to the stock of a SKU; rows come in the scope's order."""
    terms = policy.terms(stock.sku, stock.category, sale)
    tally = _tallied(stock, terms, scope, now)
    pots = {
        code: _left(policy.by_code[code], stock, sale, policy, now)
        if scope is not policy.whole_scope(sale)
        else left_of(policy.by_code[code], units, drawn_of(code, stock, sale, now))
        for code, units in tally.shared.items()
    }
    unshared = {code: units - min(units, pots[code]) for code, units in tally.shared.items()}
    return Availability(
        stock.sku,
        sale.channel or "",
        tally.free - sum(unshared.values()),
        now,
        tuple(tally.applied(unshared, policy.by_code)),
        partial(_rows, stock, terms, scope, now, pots),
    )


def _rows(
    stock: Stock, terms: Terms, scope: Sequence[Candidate], now: datetime, pots: Mapping[str, int]
) -> Rows:
    rows: list[LocationAvailability] = []
    _tallied(stock, terms, scope, now, rows)
    return tuple(_limited(row, pots) for row in rows) if pots else tuple(rows)


def _limited(row: LocationAvailability, pots: Mapping[str, int]) -> LocationAvailability:
    """Give a row that promises no more than is left of the share it draws on."""
    location, quantity, on_hand, distance_km, protected_by, shared_by = row
    if shared_by is None or quantity <= (left := pots[shared_by.code]):
        return row
    return LocationAvailability(location, left, on_hand, distance_km, protected_by, shared_by)


def _left(rule: StockRule, stock: Stock, sale: Sale, policy: Policy, now: datetime) -> int:
    """Give what is left of a share, of which the scope shows only a part."""
    terms = policy.terms(stock.sku, stock.category, sale)

    def counted(location: str) -> Counted | None:
        position = stock.positions.get(location)
        if position is None:
            return None
        return Counted(
            position.on_hand, position.unavailable_units, position.allocated, position.held(now)
        )

    return left_in_pot(rule, terms, sale, policy, counted, drawn_of(rule.code, stock, sale, now))


def drawn_of(code: str, stock: Stock, sale: Sale, now: datetime) -> int:
    """Give the units that count as drawn under the rule of a share."""
    draw = _draw(code, stock, sale)

    def counted_at(key: PositionKey) -> datetime | None:
        position = stock.positions.get(key.location)
        return None if position is None else position.counted_at

    return 0 if draw is None else draw.drawn(now, counted_at)


def drawn_later_of(code: str, stock: Stock, sale: Sale, now: datetime) -> int:
    """Give the units that will count as drawn once all that is kept has come."""
    draw = _draw(code, stock, sale)
    return 0 if draw is None else drawn_of(code, stock, sale, now) + draw.awaited(now)


def _draw(code: str, stock: Stock, sale: Sale) -> ShareDraw | None:
    return stock.draws.get(ShareKey(code, stock.sku, sale.condition))


@dataclass(slots=True)
class _Tally:
    """The units of each step, added up over the locations of a scope; of rules by their code."""

    physical: int
    shared: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    protected: Counter[str] = field(default_factory=Counter)
    in_scope: int = 0
    unavailable: int = 0
    allocated: int = 0
    held: int = 0
    free: int = 0

    def applied(
        self, unshared: Mapping[str, int], by_code: Mapping[str, StockRule]
    ) -> Iterator[AppliedRule]:
        """Give the steps in their order; all but the first only when they say something."""
        hidden, protected = sum(self.hidden.values()), sum(self.protected.values())
        sellable = self.in_scope - hidden - self.unavailable
        kept = sellable - self.allocated - self.held - protected
        yield AppliedRule(AvailabilityRule.PHYSICAL_STOCK, self.physical)
        yield from _said(AvailabilityRule.OUT_OF_SCOPE, self.in_scope - self.physical)
        yield from _by_rule(AvailabilityRule.EXPOSURE, self.hidden, by_code)
        yield from _said(AvailabilityRule.UNAVAILABLE, -self.unavailable)
        yield from _said(AvailabilityRule.HARD_ALLOCATIONS, -self.allocated)
        yield from _said(AvailabilityRule.SOFT_HOLDS, -self.held)
        yield from _by_rule(AvailabilityRule.PROTECTION, self.protected, by_code)
        yield from _said(AvailabilityRule.NEVER_BELOW_ZERO, self.free - kept)
        yield from _by_rule(AvailabilityRule.SHARE, unshared, by_code)


def _tallied(
    stock: Stock,
    terms: Terms,
    scope: Sequence[Candidate],
    now: datetime,
    rows: list[LocationAvailability] | None = None,
) -> _Tally:
    """Go through the locations of a scope; a page of items does so ten thousand times."""
    positions = stock.counters()
    tally = _Tally(sum(position.on_hand for position in positions.values()))
    hides, protects, shares = bool(terms.exposure), bool(terms.protection), bool(terms.share)
    in_scope = unavailable = allocated = held = total = 0
    for location, distance in scope:
        position = positions.get(location.code)
        if position is None:
            continue
        on_hand, kept = position.on_hand, position.allocated
        in_scope += on_hand
        hidden_by = terms.hidden_by(location) if hides else None
        if hidden_by is not None:
            tally.hidden[hidden_by.code] += on_hand
            if rows is not None:
                rows.append(LocationAvailability(location, 0, on_hand, distance))
            continue
        held_here = position.held(now)
        unsellable = position.unavailable_units
        rule = terms.protection.at(location) if protects else None
        units, protected = free(on_hand, unsellable, kept, held_here, protection_of(rule))
        unavailable += unsellable
        allocated += kept
        held += held_here
        total += units
        if rule is not None:
            tally.protected[rule.code] += protected
        share = terms.share.at(location) if shares else None
        if share is not None:
            tally.shared[share.code] += units
        if rows is not None:
            rows.append(LocationAvailability(location, units, on_hand, distance, rule, share))
    tally.in_scope, tally.unavailable = in_scope, unavailable
    tally.allocated, tally.held, tally.free = allocated, held, total
    return tally


def _said(rule: AvailabilityRule, units: int) -> Iterable[AppliedRule]:
    return (AppliedRule(rule, units),) if units else ()


def _by_rule(
    step: AvailabilityRule, taken: Mapping[str, int], by_code: Mapping[str, StockRule]
) -> Iterator[AppliedRule]:
    for code, units in sorted(taken.items()):
        if units:
            yield AppliedRule(step, -units, by_code[code])
