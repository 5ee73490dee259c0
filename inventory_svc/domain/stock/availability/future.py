"""What can be promised of one item on one channel for each date: the formula, looking ahead."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.lead_time import ready_from
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, drawn_later_of, drawn_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.pots import left_ahead, protection_of
from inventory_svc.domain.stock.availability.schedule import NOTHING_THERE, timeline_of
from inventory_svc.domain.stock.availability.tally import counted_in
from inventory_svc.domain.stock.inbound.phase import (
    Phase,
    Phases,
    added_up,
    limited,
    quantity_by,
)
from inventory_svc.domain.stock.inbound.supply import InboundKind, InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Timeline


class AvailabilityKind(StrEnum):
    """Where the first unit is that can be had of an item."""

    IN_STOCK = "IN_STOCK"
    AT_SUPPLIER = "AT_SUPPLIER"
    BACKORDER = "BACKORDER"
    PREORDER = "PREORDER"


_ORDER: Final = {kind: place for place, kind in enumerate(AvailabilityKind)}


class Soonest(NamedTuple):
    """When the first unit is ready to leave, and where it is until then."""

    available_from: datetime
    kind: AvailabilityKind

    def held_until(self, release: datetime | None) -> "Soonest":
        """Give the same for an item of which nothing leaves before a moment."""
        return (
            self
            if release is None
            else self._replace(available_from=max(self.available_from, release))
        )


class Ahead(NamedTuple):
    """What can be promised of an item from when on, and when the first unit can leave."""

    phases: tuple[Phase, ...]
    soonest: Soonest | None


class Outlook:
    """The timelines of the locations of a scope for one kind of sale."""

    def __init__(
        self,
        stock: Stock,
        inbound: Sequence[InboundSupply],
        sale: Sale,
        scope: Sequence[Candidate],
        policy: Policy,
        now: datetime,
    ) -> None:
        self._stock = stock
        self._sale = sale
        self._codes = [each.location.code for each in scope]
        self._policy = policy
        self._now = now
        self._terms = policy.terms(stock.sku, stock.category, sale)
        self._timelines: dict[str, Timeline] = {}
        self._left: dict[str, Phases] = {}
        self._inbound: dict[str, list[InboundSupply]] = defaultdict(list)
        for supply in inbound:
            if supply.key.position.condition is sale.condition:
                self._inbound[supply.key.position.location].append(supply)

    def phases(self) -> tuple[Phase, ...]:
        """Give what can be promised in all, one phase for each moment at which that changes.

        The first phase is now, and has as many units as the answer without future. What can be had
        at a moment can be promised for any later one.
        """
        moments = {at for code in self._codes for at, _ in self.timeline(code).phases()}
        together = self._together()
        phases: list[Phase] = []
        for moment in sorted({self._now, *moments}):
            units = quantity_by(together, moment)
            if not phases or units > phases[-1].quantity:
                phases.append(Phase(moment, units))
        return tuple(phases)

    def ahead(self) -> Ahead:
        """Give both, so that nothing else of it need be kept."""
        return Ahead(self.phases(), self.soonest())

    def soonest(self) -> Soonest | None:
        """Give when a unit is ready to leave, lead times counted; None if none can be had."""
        best: Soonest | None = None
        for at, code in sorted(self._first_units()):
            if best is not None and at > best.available_from:
                break
            ready = ready_from(self._policy.directory.locations[code], at)
            if ready is not None:
                found = Soonest(ready, self._kind_of(code, at))
                best = min(best or found, found, key=_preference)
        return best

    def _first_units(self) -> Iterator[tuple[datetime, str]]:
        """Give when each location has its first unit, if it ever has one."""
        for code in self._codes:
            phases = self.timeline(code).phases()
            share = self._share_at(code)
            left = phases if share is None else self._left_of(share)
            at = next((at for at, units in phases if units and quantity_by(left, at)), None)
            if at is not None:
                yield at, code

    def _kind_of(self, code: str, at: datetime) -> AvailabilityKind:
        """Tell goods that are on their way from those that are only promised to be made."""
        if at > self._now:
            steps = self.timeline(code).steps
            sources = (step.source for step in steps if step.at == at and step.units > 0)
            promised = any(each and each.kind is InboundKind.PREORDER for each in sources)
            return AvailabilityKind.PREORDER if promised else AvailabilityKind.BACKORDER
        waits = self._policy.directory.locations[code].lead_time_days
        return AvailabilityKind.AT_SUPPLIER if waits else AvailabilityKind.IN_STOCK

    def timeline(self, code: str) -> Timeline:
        """Give what a location can promise from now on; nothing where the item is hidden."""
        if code not in self._timelines:
            self._timelines[code] = self._made(self._policy.directory.locations[code])
        return self._timelines[code]

    def _share_at(self, code: str) -> StockRule | None:
        return self._terms.share.at(self._policy.directory.locations[code])

    def _together(self) -> Phases:
        """Add up what locations can promise, of each share no more than will be left of it."""
        free: list[Phases] = []
        shared: Mapping[str, list[Phases]] = defaultdict(list)
        for code in self._codes:
            share = self._share_at(code)
            alike = free if share is None else shared[share.code]
            alike.append(self.timeline(code).phases())
        left = (
            (found, self._left_of(self._policy.by_code[rule])) for rule, found in shared.items()
        )
        return added_up((*free, *(limited(added_up(found), most) for found, most in left)))

    def _left_of(self, share: StockRule) -> Phases:
        """Give what will be left of a share, wherever the goods are in its scope."""
        if share.code not in self._left:
            asked = (share.code, self._stock, self._sale, self._now)
            free = added_up(
                self.timeline(each.location.code).phases()
                for each in self._policy.whole_scope(self._sale)
                if self._terms.share.at(each.location) is share
            )
            self._left[share.code] = left_ahead(
                share, free, self._now, drawn_of(*asked), drawn_later_of(*asked)
            )
        return self._left[share.code]

    def _made(self, location: Location) -> Timeline:
        terms = self._terms
        position = self._stock.positions.get(location.code)
        counted = NOTHING_THERE if position is None else counted_in(position, self._now)
        if terms.hides(location, counted) is not None:
            return Timeline(())
        return timeline_of(
            counted,
            self._inbound.get(location.code, ()),
            self._now,
            channel=self._sale.channel,
            protection=protection_of(terms.protection.at(location)),
            deferral=terms.deferral.at(location),
        )


def _preference(each: Soonest) -> tuple[datetime, int]:
    return each.available_from, _ORDER[each.kind]
