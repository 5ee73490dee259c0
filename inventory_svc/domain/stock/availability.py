"""Available to sell, as one documented formula with the rules that shaped the number.

For each location in scope: max(0, on hand - allocated - held), where a hold past its time counts
for nothing whatever is written; then the sum over the locations. The order of the rules is the
order of `AvailabilityRule`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.stock.position import Position


class AvailabilityRule(StrEnum):
    """A step on the way from the shelves to the number."""

    PHYSICAL_STOCK = "PHYSICAL_STOCK"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    HARD_ALLOCATIONS = "HARD_ALLOCATIONS"
    SOFT_HOLDS = "SOFT_HOLDS"
    NEVER_BELOW_ZERO = "NEVER_BELOW_ZERO"


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule and the units that it added or took away."""

    rule: AvailabilityRule
    units: int


@dataclass(frozen=True, slots=True)
class LocationAvailability:
    """What one location in scope can promise."""

    location: Location
    quantity: int
    on_hand: int
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class Availability:
    """What can be promised of one SKU on one channel; the rules add up to `quantity`."""

    sku: str
    channel: str
    quantity: int
    as_of: datetime
    rules_applied: tuple[AppliedRule, ...]
    locations: tuple[LocationAvailability, ...]


def availability_of(
    sku: str,
    channel: str,
    positions: Mapping[str, Position],
    scope: Sequence[Candidate],
    now: datetime,
) -> Availability:
    """Apply the formula to the positions of a SKU, by location; rows come in the scope's order."""
    physical = sum(position.on_hand for position in positions.values())
    in_scope = allocated = held = total = 0
    rows: list[LocationAvailability] = []
    for location, distance in scope:
        position = positions.get(location.code)
        if position is None:
            continue
        held_here = position.held(now)
        quantity = max(0, position.on_hand - position.allocated - held_here)
        in_scope += position.on_hand
        allocated += position.allocated
        held += held_here
        total += quantity
        rows.append(LocationAvailability(location, quantity, position.on_hand, distance))
    steps = {
        AvailabilityRule.PHYSICAL_STOCK: physical,
        AvailabilityRule.OUT_OF_SCOPE: in_scope - physical,
        AvailabilityRule.HARD_ALLOCATIONS: -allocated,
        AvailabilityRule.SOFT_HOLDS: -held,
        AvailabilityRule.NEVER_BELOW_ZERO: total - (in_scope - allocated - held),
    }
    rules = tuple(
        AppliedRule(rule, units)
        for rule, units in steps.items()
        if units or rule is AvailabilityRule.PHYSICAL_STOCK
    )
    return Availability(sku, channel, total, now, rules, tuple(rows))
