"""The timeline of a position: what is there, and what comes that may be sold."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from inventory_svc.domain.rules.rule import Deferral, Protection, StockRule
from inventory_svc.domain.stock.availability.formula import Counted
from inventory_svc.domain.stock.inbound.supply import InboundSupply, by_date
from inventory_svc.domain.stock.inbound.timeline import Step, Timeline

NOTHING_THERE = Counted(0, 0, 0, 0)


class Coming(NamedTuple):
    """What can be promised of what is there or comes, and all units that it has."""

    step: Step
    units: int


def timeline_of(
    counted: Counted,
    supplies: Iterable[InboundSupply],
    now: datetime,
    *,
    channel: str | None = None,
    protection: Protection | None = None,
    deferral: StockRule | None = None,
) -> Timeline:
    """Give what one position can promise from now on.

    While a quota of preorders is on sale, it is sold and not what is on order. Units on order go
    first to preorders that wait. Nothing is promised of a supply that should have come already, or
    comes later than a deferral allows. Of what comes as much is protected as there will be when it
    is there, promised units included.
    """
    known = [each for each in by_date(supplies) if each.is_live]
    quotas = [each for each in known if each.is_quota]
    on_sale = [each for each in quotas if _is_on_sale(each, now, channel)]
    arrivals = [each for each in known if not each.is_quota]
    coming = (
        _quota_steps(on_sale, arrivals, now)
        if on_sale
        else _arrival_steps(arrivals, sum(each.taken(now) for each in quotas), deferral, now)
    )
    shelf = Coming(Step(now, counted.left), counted.on_hand)
    in_order = sorted(coming, key=lambda each: (each.step.at, each.step.end))
    return Timeline(tuple(unprotected((shelf, *in_order), protection)))


def unprotected(coming: Iterable[Coming], protection: Protection | None) -> Iterator[Step]:
    """Withhold of each what is protected more once it is there.

    What one has not free for that, the next ones withhold. What is protected less by then was
    there before: no supply brings it.
    """
    if protection is None:
        yield from (each.step for each in coming)
        return
    there = protected = owed = 0
    for step, units in coming:
        there += units
        owed += max(0, protection.of(there) - protected)
        protected = protection.of(there)
        withheld = min(owed, max(0, step.units))
        owed -= withheld
        yield step._replace(units=step.units - withheld)


def _is_on_sale(quota: InboundSupply, now: datetime, channel: str | None) -> bool:
    window = quota.announced.window
    if window is None or quota.announced.cancelled or quota.available_from <= now:
        return False
    return window.is_open(now, channel)


def _quota_steps(
    on_sale: Iterable[InboundSupply], arrivals: Iterable[InboundSupply], now: datetime
) -> Iterator[Coming]:
    for quota in on_sale:
        yield _coming(quota, max(0, quota.free(now)), now)
    for supply in arrivals:
        yield _coming(supply, min(0, supply.free(now)), now)._replace(units=0)


def _arrival_steps(
    arrivals: Iterable[InboundSupply], waiting: int, deferral: StockRule | None, now: datetime
) -> Iterator[Coming]:
    latest = _latest(deferral, now)
    for supply in arrivals:
        free = supply.free(now)
        first = max(0, min(free, waiting))
        waiting -= first
        is_sold = latest is None or supply.available_from <= latest
        yield _coming(supply, free - first if is_sold else min(0, free), now)


def _coming(supply: InboundSupply, units: int, now: datetime) -> Coming:
    """Give a step; of what is late only what is owed counts, and that at once."""
    if supply.available_from <= now:
        return Coming(Step(now, min(0, units), supply.key), 0)
    until = supply.announced.ship_before
    return Coming(Step(supply.available_from, units, supply.key, until), supply.open)


def _latest(deferral: StockRule | None, now: datetime) -> datetime | None:
    if deferral is None or not isinstance(deferral.effect, Deferral):
        return None
    return now + timedelta(days=deferral.effect.longest_days)
