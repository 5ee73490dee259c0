"""Looking ahead as plainly as can be: every position again for every date, every unit by trying."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from inventory_svc.domain.network.lead_time import ready_from
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, drawn_later_of, drawn_of
from inventory_svc.domain.stock.availability.future import AvailabilityKind, Soonest
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.pots import left_of
from inventory_svc.domain.stock.commands import WantedLine
from inventory_svc.domain.stock.inbound.phase import Phase, quantity_by
from inventory_svc.domain.stock.inbound.supply import InboundKind
from inventory_svc.domain.stock.inbound.timeline import Step, Taking, Timeline, levels
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.sourcing import Shortage, demand_of
from inventory_svc.domain.stock.sourcing_later import LaterPeg, LaterSourcing, OfferedLater


def units_by(timeline: Timeline, moment: datetime) -> int:
    """Give what one position can promise for a moment."""
    steps = timeline.steps
    there = sum(max(0, step.units) for step in steps if step.lasts(moment))
    return _most(steps, there, lambda units: (*steps, Step(moment, -units)), moment)


def moments_of(timeline: Timeline) -> list[datetime]:
    """Give every moment at which something begins or ends."""
    ends = {step.until for step in timeline.steps if step.until is not None}
    return sorted({*(step.at for step in timeline.steps), *ends})


def phases_of(timeline: Timeline) -> list[Phase]:
    """Give what one position can promise, one phase for each moment at which that changes."""
    phases: list[Phase] = []
    for moment in moments_of(timeline):
        units = units_by(timeline, moment)
        if not phases or phases[-1].quantity != units:
            phases.append(Phase(moment, units))
    return phases


def taken(
    timeline: Timeline, units: int, moment: datetime
) -> tuple[tuple[Taking, ...], tuple[Step, ...]]:
    """Take units for a moment from what lasts longest, then from what comes last before it."""
    steps = timeline.steps
    takings: list[Taking] = []
    for step in sorted(steps, key=_lasting, reverse=True):
        if step.units > 0 and step.lasts(moment):
            taking = _most_of(steps, step, units, moment)
            takings.append(Taking(step.source, step.at, taking))
            steps = _without(steps, step, taking)
            units -= taking
    found = (taking for taking in takings if taking.units)
    return tuple(sorted(found, key=lambda taking: taking.at)), steps


def _most_of(steps: tuple[Step, ...], step: Step, units: int, moment: datetime) -> int:
    def changed(taking: int) -> tuple[Step, ...]:
        return (*_without(steps, step, taking), Step(moment, taking - units))

    return _most(steps, min(units, step.units), changed, moment)


def _without(steps: tuple[Step, ...], step: Step, units: int) -> tuple[Step, ...]:
    rest = step._replace(units=step.units - units)
    return tuple(rest if each is step else each for each in steps)


def _most(
    steps: tuple[Step, ...],
    units: int,
    changed: Callable[[int], tuple[Step, ...]],
    moment: datetime,
) -> int:
    moments = sorted({*moments_of(Timeline(steps)), moment})
    least = [min(0, level) for level in levels(steps, moments)]

    def put_off(promised: int) -> int:
        after = levels(changed(promised), moments)
        return sum(max(0, owed - left) for owed, left in zip(least, after, strict=True))

    return bisect_right(range(1, units + 1), 0, key=put_off)


def _lasting(step: Step) -> tuple[bool, datetime, datetime]:
    return step.source is not None, step.end, step.at


class PlainOutlook(NamedTuple):
    """The timelines by location, of a scope and of all that shares look at."""

    timelines: Mapping[str, Timeline]
    scope: Sequence[str]
    stock: Stock
    sale: Sale
    policy: Policy
    now: datetime

    def phases(self) -> tuple[Phase, ...]:
        """Give what can be promised in all, one phase for each moment at which that grows."""
        moments = {phase.at for code in self.scope for phase in phases_of(self.timelines[code])}
        phases: list[Phase] = []
        for moment in sorted({self.now, *moments}):
            units = self._total(self.scope, moment)
            if not phases or units > phases[-1].quantity:
                phases.append(Phase(moment, units))
        return tuple(phases)

    def soonest(self) -> Soonest | None:
        """Give when a unit is ready to leave; None if none can be had."""
        order = list(AvailabilityKind)
        found = [each for code in self.scope if (each := self._soonest_at(code)) is not None]
        return min(
            found, key=lambda each: (each.available_from, order.index(each.kind)), default=None
        )

    def _soonest_at(self, code: str) -> Soonest | None:
        timeline, location = self.timelines[code], self.policy.directory.locations[code]
        phases = (phase.at for phase in phases_of(timeline) if phase.quantity)
        at = next((moment for moment in phases if self._total([code], moment)), None)
        ready = None if at is None else ready_from(location, at)
        if at is None or ready is None:
            return None
        if at > self.now:
            sources = [step.source for step in timeline.steps if step.at == at and step.units > 0]
            promised = any(each and each.kind is InboundKind.PREORDER for each in sources)
            return Soonest(
                ready, AvailabilityKind.PREORDER if promised else AvailabilityKind.BACKORDER
            )
        waits = location.lead_time_days
        return Soonest(ready, AvailabilityKind.AT_SUPPLIER if waits else AvailabilityKind.IN_STOCK)

    def _total(self, codes: Sequence[str], moment: datetime) -> int:
        terms = self.policy.terms(self.stock.sku, self.stock.category, self.sale)
        shared: dict[str, int] = defaultdict(int)
        units = 0
        for code in codes:
            found = units_by(self.timelines[code], moment)
            rule = terms.share.at(self.policy.directory.locations[code])
            if rule is None:
                units += found
            else:
                shared[rule.code] += found
        return units + sum(min(found, self._left(rule, moment)) for rule, found in shared.items())

    def _left(self, code: str, moment: datetime) -> int:
        terms = self.policy.terms(self.stock.sku, self.stock.category, self.sale)
        rule = self.policy.by_code[code]
        units = sum(
            units_by(self.timelines[each.location.code], moment)
            for each in self.policy.whole_scope(self.sale)
            if terms.share.at(each.location) is rule
        )
        drawn_by = drawn_later_of if moment > self.now else drawn_of
        return left_of(rule, units, drawn_by(code, self.stock, self.sale, self.now))


def choose_plainly(
    lines: Sequence[WantedLine], candidates: Sequence[str], offered: OfferedLater, until: datetime
) -> LaterSourcing:
    """Take each line for the soonest date at which the candidates can have all of it."""
    basket = _PlainBasket(offered, until)
    pegs: list[LaterPeg] = []
    short = set()
    for line in lines:
        keys = [PositionKey(line.sku, code, line.condition) for code in candidates]
        reached = basket.reached(keys)
        soonest = next((at for at in reached if basket.total(keys, at) >= line.quantity), None)
        if soonest is None:
            short.add((line.sku, line.condition))
        else:
            pegs.extend(basket.take(line, keys, soonest))
    if not short:
        return LaterSourcing(tuple(pegs))
    shortages: list[Shortage] = []
    for (sku, condition), units in demand_of(lines).items():
        if (sku, condition) in short:
            untouched = _PlainBasket(offered, until)
            keys = [PositionKey(sku, code, condition) for code in candidates]
            most = max((untouched.total(keys, at) for at in untouched.reached(keys)), default=0)
            shortages.append(Shortage(sku, condition, units, most))
    return LaterSourcing(shortages=tuple(shortages))


class _PlainBasket:
    def __init__(self, offered: OfferedLater, until: datetime) -> None:
        self._offered = offered
        self._until = until
        self._timelines: dict[PositionKey, Timeline] = {}
        self._drawn: Counter[Hashable] = Counter()

    def reached(self, keys: Sequence[PositionKey]) -> list[datetime]:
        moments = sorted({phase.at for key in keys for phase in phases_of(self._timeline(key))})
        return [at for at in moments if at <= self._until or at == moments[0]]

    def total(self, keys: Sequence[PositionKey], moment: datetime) -> int:
        units: Counter[Hashable | None] = Counter()
        left: dict[Hashable, int] = {}
        for key in keys:
            pot = self._offered.pot(key)
            units[pot] += units_by(self._timeline(key), moment)
            if pot is not None and pot not in left:
                left[pot] = self._left(key, pot, moment)
        return sum(min(found, left[pot]) if pot in left else found for pot, found in units.items())

    def take(
        self, line: WantedLine, keys: Sequence[PositionKey], moment: datetime
    ) -> list[LaterPeg]:
        for key in keys:
            if self._units(key, moment) >= line.quantity:
                return self._take(line, key, line.quantity, moment)
        pegs: list[LaterPeg] = []
        wanted = line.quantity
        for key in keys:
            units = min(self._units(key, moment), wanted)
            if units > 0:
                pegs.extend(self._take(line, key, units, moment))
                wanted -= units
        return pegs

    def _take(
        self, line: WantedLine, key: PositionKey, units: int, moment: datetime
    ) -> list[LaterPeg]:
        takings, steps = taken(self._timeline(key), units, moment)
        self._timelines[key] = Timeline(steps)
        pot = self._offered.pot(key)
        if pot is not None:
            self._drawn[pot] += units
        return [LaterPeg(line.line_id, key, each.source, each.units) for each in takings]

    def _units(self, key: PositionKey, moment: datetime) -> int:
        units = units_by(self._timeline(key), moment)
        pot = self._offered.pot(key)
        return units if pot is None else min(units, self._left(key, pot, moment))

    def _left(self, key: PositionKey, pot: Hashable, moment: datetime) -> int:
        return max(0, quantity_by(self._offered.left(key), moment) - self._drawn[pot])

    def _timeline(self, key: PositionKey) -> Timeline:
        return self._timelines.get(key) or self._offered.timeline(key)
