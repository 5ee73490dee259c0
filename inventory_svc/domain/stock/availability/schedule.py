"""The timeline of a position: what is there, and what comes that may be sold."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from inventory_svc.domain.rules.rule import Deferral, Protection, StockRule
from inventory_svc.domain.stock.availability.formula import Counted
from inventory_svc.domain.stock.inbound.supply import InboundSupply, by_date
from inventory_svc.domain.stock.inbound.timeline import Step, Timeline

NOTHING_THERE = Counted(0, 0, 0, 0)


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
    first to preorders that wait. Nothing is promised of a supply that should have come already.
    """
    known = [each for each in by_date(supplies) if each.is_live]
    quotas = [each for each in known if each.is_quota]
    on_sale = [each for each in quotas if _is_on_sale(each, now, channel)]
    arrivals = [each for each in known if not each.is_quota]
    coming = (
        _quota_steps(on_sale, arrivals, now)
        if on_sale
        else _arrival_steps(arrivals, sum(each.taken(now) for each in quotas), now)
    )
    return Timeline(
        (Step(now, counted.left), *coming),
        lambda came: 0 if protection is None else protection.of(counted.on_hand + came),
        None if on_sale else _latest(deferral, now),
    )


def _is_on_sale(quota: InboundSupply, now: datetime, channel: str | None) -> bool:
    window = quota.announced.window
    return window is not None and window.is_open(now, channel) and not quota.announced.cancelled


def _quota_steps(
    on_sale: Sequence[InboundSupply], arrivals: Sequence[InboundSupply], now: datetime
) -> list[Step]:
    steps = [_step(each, max(0, each.free(now)), now) for each in on_sale]
    owed = (_step(each, min(0, each.free(now)), now) for each in arrivals)
    return sorted((*steps, *owed), key=lambda step: step.at)


def _arrival_steps(arrivals: Sequence[InboundSupply], waiting: int, now: datetime) -> list[Step]:
    steps: list[Step] = []
    for supply in arrivals:
        free = supply.free(now)
        first = max(0, min(free, waiting))
        waiting -= first
        steps.append(_step(supply, free - first, now))
    return steps


def _step(supply: InboundSupply, units: int, now: datetime) -> Step:
    """Give a step; of what is late only what is owed counts, and that at once."""
    if supply.available_from <= now:
        return Step(now, min(0, units), supply.key)
    return Step(supply.available_from, units, supply.key)


def _latest(deferral: StockRule | None, now: datetime) -> datetime | None:
    if deferral is None or not isinstance(deferral.effect, Deferral):
        return None
    return now + timedelta(days=deferral.effect.longest_days)
