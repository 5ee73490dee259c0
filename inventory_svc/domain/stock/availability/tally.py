"""The units of each step of the formula, added up over the locations of a scope.

Positions are gone through one by one. Packed shelves are added up by their columns, which takes a
tenth of that; both give the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import sub
from typing import NamedTuple, Protocol, TypeAlias

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.stock.availability.formula import Counted, free, withheld
from inventory_svc.domain.stock.availability.pots import protection_of
from inventory_svc.domain.stock.availability.reach import Reach
from inventory_svc.domain.stock.availability.terms import Terms
from inventory_svc.domain.stock.pace import Pace, faded, lasts
from inventory_svc.domain.stock.position import held_in
from inventory_svc.domain.stock.shelves import Shelves


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

    @property
    def pace(self) -> Pace: ...

    def held(self, now: datetime) -> int:
        """Units in holds that have not ended."""


def counted_in(position: Counters, now: datetime) -> Counted:
    """Give what a position holds at a moment."""
    return Counted(
        position.on_hand,
        position.unavailable_units,
        position.allocated,
        position.held(now),
        position.pace.at(now),
    )


class LocationAvailability(NamedTuple):
    """What one location in scope can promise alone, and the rules that made it so."""

    location: Location
    quantity: int
    on_hand: int
    distance_km: float | None
    protected_by: StockRule | None = None
    shared_by: StockRule | None = None


Rows: TypeAlias = tuple[LocationAvailability, ...]


@dataclass(slots=True)
class Tally:
    """The units of each step; of rules by their code."""

    physical: int
    shared: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    protected: Counter[str] = field(default_factory=Counter)
    in_scope: int = 0
    unavailable: int = 0
    allocated: int = 0
    held: int = 0
    free: int = 0


def tally_of_positions(
    positions: Mapping[str, Counters],
    terms: Terms,
    scope: Sequence[Candidate],
    now: datetime,
    rows: list[LocationAvailability] | None = None,
) -> Tally:
    """Go through the locations of a scope, and note a row for each if that is wanted."""
    tally = Tally(sum(position.on_hand for position in positions.values()))
    hides, protects, shares = bool(terms.exposure), bool(terms.protection), bool(terms.share)
    paces = terms.paced
    in_scope = unavailable = allocated = held = total = 0
    for location, distance in scope:
        position = positions.get(location.code)
        if position is None:
            continue
        on_hand, kept = position.on_hand, position.allocated
        in_scope += on_hand
        if paces:
            hidden_by = terms.hides(location, counted_in(position, now))
        else:
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


def tally_of_shelves(shelves: Shelves, reach: Reach, now: datetime) -> Tally:
    """Add up the columns; only rows with a hold or a rule of their own are looked at."""
    on_hand, allocated, unavailable, *_ = shelves.columns
    picked = reach.picked
    tally = Tally(sum(on_hand))
    left = list(map(sub, map(sub, on_hand, unavailable), allocated))
    hiding = _kept_back(shelves, reach, now)
    for row, holds in shelves.holds.items():
        if row in reach.rows and row not in hiding:
            held = held_in(holds, now)
            tally.held += held
            left[row] -= held
    for row in hiding:
        left[row] = 0
    for row, rule in reach.protected:
        protected = withheld(left[row], on_hand[row], protection_of(rule))
        tally.protected[rule.code] += protected
        left[row] -= protected
    for rule, pot in reach.shared:
        tally.shared[rule.code] = sum(units for units in pot(left) if units > 0)
    tally.in_scope = sum(picked(on_hand)) + sum(on_hand[row] for row, _ in reach.hidden)
    for row, rule in (*reach.hidden, *hiding.items()):
        tally.hidden[rule.code] += on_hand[row]
    tally.unavailable = sum(picked(unavailable)) - sum(unavailable[row] for row in hiding)
    tally.allocated = sum(picked(allocated)) - sum(allocated[row] for row in hiding)
    tally.free = sum(units for units in picked(left) if units > 0)
    return tally


def _kept_back(shelves: Shelves, reach: Reach, now: datetime) -> Mapping[int, StockRule]:
    """Give the rows of a reach whose units sell too fast to be sold, and by which rules."""
    on_hand, _, unavailable, _, sold, day = shelves.columns
    today = now.toordinal()
    return {
        row: rule
        for row, weeks, rule in reach.paced
        if sold[row]
        and not lasts(on_hand[row] - unavailable[row], faded(sold[row], today - day[row]), weeks)
    }
