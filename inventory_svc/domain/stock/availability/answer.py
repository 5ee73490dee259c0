"""What can be sold of one item on one channel, and the steps that led there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.formula import Counted
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.pots import left_in_pot, left_of
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.availability.tally import (
    Counters,
    LocationAvailability,
    Rows,
    Tally,
    counted_in,
    tally_of_positions,
    tally_of_shelves,
)
from inventory_svc.domain.stock.availability.terms import Terms
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
    tally = _tally(stock, sale, scope, policy, now)
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
        tuple(_steps(tally, unshared, policy.by_code)),
        partial(_rows, stock, terms, scope, now, pots),
    )


def _tally(
    stock: Stock, sale: Sale, scope: Sequence[Candidate], policy: Policy, now: datetime
) -> Tally:
    """Add up packed shelves by their columns where a reach of theirs is remembered."""
    terms, shelves = policy.terms(stock.sku, stock.category, sale), stock.positions
    is_whole = scope is policy.whole_scope(sale)
    if isinstance(shelves, Shelves) and is_whole:
        reach = policy.reach(stock.sku, stock.category, sale, shelves.places)
        return tally_of_shelves(shelves, reach, now)
    return tally_of_positions(stock.counters(), terms, scope, now)


def _rows(
    stock: Stock, terms: Terms, scope: Sequence[Candidate], now: datetime, pots: Mapping[str, int]
) -> Rows:
    rows: list[LocationAvailability] = []
    tally_of_positions(stock.counters(), terms, scope, now, rows)
    return tuple(_limited(row, pots) for row in rows) if pots else tuple(rows)


def _limited(row: LocationAvailability, pots: Mapping[str, int]) -> LocationAvailability:
    """Give a row that promises no more than is left of the share it draws on."""
    location, quantity, on_hand, distance_km, protected_by, shared_by = row
    if shared_by is None or quantity <= (left := pots[shared_by.code]):
        return row
    return LocationAvailability(location, left, on_hand, distance_km, protected_by, shared_by)


def _left(rule: StockRule, stock: Stock, sale: Sale, policy: Policy, now: datetime) -> int:
    """Give what is left of a share, of which the scope shows only a part."""
    terms, positions = policy.terms(stock.sku, stock.category, sale), stock.counters()

    def counted(location: str) -> Counted | None:
        position = positions.get(location)
        return None if position is None else counted_in(position, now)

    return left_in_pot(rule, terms, sale, policy, counted, drawn_of(rule.code, stock, sale, now))


def drawn_of(code: str, stock: Stock, sale: Sale, now: datetime) -> int:
    """Give the units that count as drawn under the rule of a share."""
    draw = _draw(code, stock, sale)

    def counted_at(key: PositionKey) -> datetime | None:
        position = stock.positions.get(key.location)
        return None if position is None else position.counted_at

    return 0 if draw is None else draw.drawn(now, counted_at)


def drawn_by_rule(stock: Stock, sale: Sale, now: datetime) -> Mapping[str, int]:
    """Give the units that count as drawn under each rule of a share."""
    codes = [key.rule for key in stock.draws if key.condition is sale.condition]
    return {code: drawn_of(code, stock, sale, now) for code in codes}


def drawn_later_of(code: str, stock: Stock, sale: Sale, now: datetime) -> int:
    """Give the units that will count as drawn once all that is kept has come."""
    draw = _draw(code, stock, sale)
    return 0 if draw is None else drawn_of(code, stock, sale, now) + draw.awaited(now)


def _draw(code: str, stock: Stock, sale: Sale) -> ShareDraw | None:
    return stock.draws.get(ShareKey(code, stock.sku, sale.condition))


def _steps(
    tally: Tally, unshared: Mapping[str, int], by_code: Mapping[str, StockRule]
) -> Iterator[AppliedRule]:
    """Give the steps in their order; all but the first only when they say something."""
    hidden, protected = tally.hidden.total(), tally.protected.total()
    sellable = tally.in_scope - hidden - tally.unavailable
    kept = sellable - tally.allocated - tally.held - protected
    yield AppliedRule(AvailabilityRule.PHYSICAL_STOCK, tally.physical)
    yield from _said(AvailabilityRule.OUT_OF_SCOPE, tally.in_scope - tally.physical)
    yield from _by_rule(AvailabilityRule.EXPOSURE, tally.hidden, by_code)
    yield from _said(AvailabilityRule.UNAVAILABLE, -tally.unavailable)
    yield from _said(AvailabilityRule.HARD_ALLOCATIONS, -tally.allocated)
    yield from _said(AvailabilityRule.SOFT_HOLDS, -tally.held)
    yield from _by_rule(AvailabilityRule.PROTECTION, tally.protected, by_code)
    yield from _said(AvailabilityRule.NEVER_BELOW_ZERO, tally.free - kept)
    yield from _by_rule(AvailabilityRule.SHARE, unshared, by_code)


def _said(rule: AvailabilityRule, units: int) -> Iterable[AppliedRule]:
    return (AppliedRule(rule, units),) if units else ()


def _by_rule(
    step: AvailabilityRule, taken: Mapping[str, int], by_code: Mapping[str, StockRule]
) -> Iterator[AppliedRule]:
    for code, units in sorted(taken.items()):
        if units:
            yield AppliedRule(step, -units, by_code[code])
