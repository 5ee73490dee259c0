"""The timeline of a position: what is there, and what comes that may be sold."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from inventory_svc.domain.rules.rule import Deferral, Protection, StockRule
from inventory_svc.domain.stock.availability.formula import Counted
from inventory_svc.domain.stock.inbound.supply import InboundSupply, by_date
from inventory_svc.domain.stock.inbound.timeline import Step, Timeline

NOTHING_THERE = Counted(0, 0, 0, 0)


class _Coming(NamedTuple):
    """What can be promised of a supply, and all units that it brings."""

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
    first to preorders that wait. Nothing is promised of a supply that should have come already.
    Of what comes as much is protected as there will be when it is there, promised units included.
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
        (Step(now, counted.left), *_unprotected(coming, counted.on_hand, protection)),
        0 if protection is None else protection.of(counted.on_hand),
        None if on_sale else _latest(deferral, now),
    )


def _is_on_sale(quota: InboundSupply, now: datetime, channel: str | None) -> bool:
    window = quota.announced.window
    if window is None or quota.announced.cancelled or quota.available_from <= now:
        return False
    return window.is_open(now, channel)


def _quota_steps(
    on_sale: Sequence[InboundSupply], arrivals: Sequence[InboundSupply], now: datetime
) -> list[_Coming]:
    steps = [_coming(each, max(0, each.free(now)), now) for each in on_sale]
    owed = (_coming(each, min(0, each.free(now)), now)._replace(units=0) for each in arrivals)
    return sorted((*steps, *owed), key=lambda coming: coming.step.at)


def _arrival_steps(arrivals: Sequence[InboundSupply], waiting: int, now: datetime) -> list[_Coming]:
    steps: list[_Coming] = []
    for supply in arrivals:
        free = supply.free(now)
        first = max(0, min(free, waiting))
        waiting -= first
        steps.append(_coming(supply, free - first, now))
    return steps


def _coming(supply: InboundSupply, units: int, now: datetime) -> _Coming:
    """Give a step; of what is late only what is owed counts, and that at once."""
    if supply.available_from <= now:
        return _Coming(Step(now, min(0, units), supply.key), 0)
    return _Coming(Step(supply.available_from, units, supply.key), supply.open)


def _unprotected(
    coming: Iterable[_Coming], on_hand: int, protection: Protection | None
) -> Iterator[Step]:
    """Withhold of each supply what is protected more once it is there.

    What one has not free for that, the next ones withhold. What is protected less by then was on
    hand before: no supply brings it.
    """
    owed = 0
    for step, units in coming:
        if protection is None:
            yield step
            continue
        owed += max(0, protection.of(on_hand + units) - protection.of(on_hand))
        on_hand += units
        withheld = min(owed, max(0, step.units))
        owed -= withheld
        yield step._replace(units=step.units - withheld)


def _latest(deferral: StockRule | None, now: datetime) -> datetime | None:
    if deferral is None or not isinstance(deferral.effect, Deferral):
        return None
    return now + timedelta(days=deferral.effect.longest_days)
