"""What can be promised of one item on one channel for each date: the formula, looking ahead."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, drawn_later_of, drawn_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.pots import left_of, protection_of
from inventory_svc.domain.stock.availability.schedule import NOTHING_THERE, timeline_of
from inventory_svc.domain.stock.availability.tally import counted_in
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Phase, Timeline


def future_of(
    stock: Stock,
    inbound: Sequence[InboundSupply],
    sale: Sale,
    scope: Sequence[Candidate],
    policy: Policy,
    now: datetime,
) -> tuple[Phase, ...]:
    """Give the units that can be promised in all, one phase for each moment at which that changes.

    The first phase is now, and has as many units as the answer without future. What can be had at
    a moment can be promised for any later one.
    """
    calendar = _Calendar(stock, inbound, sale, policy, now)
    codes = [each.location.code for each in scope]
    moments = {phase.at for code in codes for phase in calendar.timeline(code).phases()}
    phases: list[Phase] = []
    for moment in sorted({now, *moments}):
        units = calendar.total(codes, moment)
        if not phases or units > phases[-1].quantity:
            phases.append(Phase(moment, units))
    return tuple(phases)


class _Calendar:
    """The timelines of all locations for one kind of sale."""

    def __init__(
        self,
        stock: Stock,
        inbound: Sequence[InboundSupply],
        sale: Sale,
        policy: Policy,
        now: datetime,
    ) -> None:
        self._stock = stock
        self._sale = sale
        self._policy = policy
        self._now = now
        self._terms = policy.terms(stock.sku, stock.category, sale)
        self._timelines: dict[str, Timeline] = {}
        self._inbound: dict[str, list[InboundSupply]] = defaultdict(list)
        for supply in inbound:
            if supply.key.position.condition is sale.condition:
                self._inbound[supply.key.position.location].append(supply)

    def timeline(self, code: str) -> Timeline:
        """Give what a location can promise from now on; nothing where the item is hidden."""
        if code not in self._timelines:
            self._timelines[code] = self._made(self._policy.directory.locations[code])
        return self._timelines[code]

    def total(self, codes: Sequence[str], moment: datetime) -> int:
        """Add up what locations can promise, of each share no more than will be left of it."""
        shared: dict[str, int] = defaultdict(int)
        units = 0
        for code in codes:
            rule = self._terms.share.at(self._policy.directory.locations[code])
            if rule is None:
                units += self.timeline(code).by(moment)
            else:
                shared[rule.code] += self.timeline(code).by(moment)
        left = (min(found, self._left(rule, moment)) for rule, found in shared.items())
        return units + sum(left)

    def _left(self, code: str, moment: datetime) -> int:
        rule = self._policy.by_code[code]
        units = sum(
            self.timeline(each.location.code).by(moment)
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
