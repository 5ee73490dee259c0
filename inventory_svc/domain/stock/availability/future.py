"""What can be promised of one item on one channel for each date: the formula, looking ahead."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.lead_time import ready_from
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, drawn_later_of, drawn_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.pots import left_of, protection_of
from inventory_svc.domain.stock.availability.schedule import NOTHING_THERE, timeline_of
from inventory_svc.domain.stock.availability.tally import counted_in
from inventory_svc.domain.stock.inbound.supply import InboundKind, InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Phase, Timeline


class AvailabilityKind(StrEnum):
    """Where the first unit is that can be had of an item."""

    IN_STOCK = "IN_STOCK"
    AT_SUPPLIER = "AT_SUPPLIER"
    BACKORDER = "BACKORDER"
    PREORDER = "PREORDER"


class Soonest(NamedTuple):
    """When the first unit is ready to leave, and where it is until then."""

    available_from: datetime
    kind: AvailabilityKind


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
        self._inbound: dict[str, list[InboundSupply]] = defaultdict(list)
        for supply in inbound:
            if supply.key.position.condition is sale.condition:
                self._inbound[supply.key.position.location].append(supply)

    def phases(self) -> tuple[Phase, ...]:
        """Give what can be promised in all, one phase for each moment at which that changes.

        The first phase is now, and has as many units as the answer without future. What can be had
        at a moment can be promised for any later one.
        """
        moments = {phase.at for code in self._codes for phase in self._timeline(code).phases()}
        phases: list[Phase] = []
        for moment in sorted({self._now, *moments}):
            units = self._total(self._codes, moment)
            if not phases or units > phases[-1].quantity:
                phases.append(Phase(moment, units))
        return tuple(phases)

    def soonest(self, release: datetime | None = None) -> Soonest | None:
        """Give when a unit is ready to leave, lead times counted; None if none can be had.

        It may not leave before its release.
        """
        order = list(AvailabilityKind)
        found = [each for code in self._codes if (each := self._soonest_at(code)) is not None]
        if not found:
            return None
        first = min(found, key=lambda each: (each.available_from, order.index(each.kind)))
        return first._replace(available_from=max(first.available_from, release or self._now))

    def _soonest_at(self, code: str) -> Soonest | None:
        timeline, location = self._timeline(code), self._policy.directory.locations[code]
        phases = (phase.at for phase in timeline.phases() if phase.quantity)
        at = next((moment for moment in phases if self._total([code], moment)), None)
        ready = None if at is None else ready_from(location, at)
        if at is None or ready is None:
            return None
        if at > self._now:
            return Soonest(ready, _kind_of(timeline, at))
        if location.lead_time_days:
            return Soonest(ready, AvailabilityKind.AT_SUPPLIER)
        return Soonest(ready, AvailabilityKind.IN_STOCK)

    def _timeline(self, code: str) -> Timeline:
        """Give what a location can promise from now on; nothing where the item is hidden."""
        if code not in self._timelines:
            self._timelines[code] = self._made(self._policy.directory.locations[code])
        return self._timelines[code]

    def _total(self, codes: Sequence[str], moment: datetime) -> int:
        """Add up what locations can promise, of each share no more than will be left of it."""
        shared: dict[str, int] = defaultdict(int)
        units = 0
        for code in codes:
            rule = self._terms.share.at(self._policy.directory.locations[code])
            if rule is None:
                units += self._timeline(code).by(moment)
            else:
                shared[rule.code] += self._timeline(code).by(moment)
        left = (min(found, self._left(rule, moment)) for rule, found in shared.items())
        return units + sum(left)

    def _left(self, code: str, moment: datetime) -> int:
        rule = self._policy.by_code[code]
        units = sum(
            self._timeline(each.location.code).by(moment)
            for each in self._policy.whole_scope(self._sale)
            if self._terms.share.at(each.location) is rule
        )
        drawn_by = drawn_later_of if moment > self._now else drawn_of
        return left_of(rule, units, drawn_by(code, self._stock, self._sale, self._now))

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


def _kind_of(timeline: Timeline, at: datetime) -> AvailabilityKind:
    """Tell goods that are on their way from those that are only promised to be made."""
    sources = (step.source for step in timeline.steps if step.at == at and step.units > 0)
    promised = any(source and source.kind is InboundKind.PREORDER for source in sources)
    return AvailabilityKind.PREORDER if promised else AvailabilityKind.BACKORDER
