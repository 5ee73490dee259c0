"""What is left of a share: of all locations in its rule's scope, taken once."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.rule import Protection, Share, StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.formula import Counted, free, left_of_share
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.terms import Terms
from inventory_svc.domain.stock.inbound.phase import Phase, Phases, quantity_by

CountedAtLocation: TypeAlias = Callable[[str], Counted | None]
"""Gives what a location holds of the item and condition in question; None for nothing."""


def protection_of(rule: StockRule | None) -> Protection | None:
    """Give what a rule protects; nothing if there is none."""
    return rule.effect if rule is not None and isinstance(rule.effect, Protection) else None


def units_on_terms(counted: Counted, location: Location, terms: Terms) -> int:
    """Give what a location that is not hidden can sell, whatever share it draws on."""
    rule = terms.protection.at(location) if terms.protection else None
    on_hand, unavailable, allocated, held, _ = counted
    return free(on_hand, unavailable, allocated, held, protection_of(rule))[0]


def left_of(rule: StockRule, units: int, drawn: int) -> int:
    """Give what is left of the share of a rule of so many free units."""
    return left_of_share(rule.effect if isinstance(rule.effect, Share) else Share(), units, drawn)


def left_ahead(
    rule: StockRule, free: Phases, now: datetime, drawn: int, drawn_later: int
) -> tuple[Phase, ...]:
    """Give what will be left of the share of a rule, of what will be free in its whole scope.

    What is kept of goods to come counts as drawn for any moment after now.
    """
    moments = sorted({now, now + datetime.resolution, *(at for at, _ in free)})
    return tuple(
        Phase(at, left_of(rule, quantity_by(free, at), drawn_later if at > now else drawn))
        for at in moments
    )


def left_in_pot(
    rule: StockRule,
    terms: Terms,
    sale: Sale,
    policy: Policy,
    counted_at: CountedAtLocation,
    drawn: int,
) -> int:
    """Give the units that may still be drawn under the rule of a share, wherever goods go."""
    units = 0
    for candidate in policy.whole_scope(sale):
        location = candidate.location
        counted = counted_at(location.code)
        if counted is None or terms.share.at(location) is not rule:
            continue
        if terms.hides(location, counted) is None:
            units += units_on_terms(counted, location, terms)
    return left_of(rule, units, drawn)
