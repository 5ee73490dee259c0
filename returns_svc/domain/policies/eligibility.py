"""Whether units can be given back now: excluded goods, what is left, and the period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from retail_kit.calendars.local_time import instant_of
from returns_svc.domain.policies.policy import Goods, ReturnPolicy, ReturnReason
from returns_svc.domain.refusals import excluded, nothing_left, out_of_period
from service_kit.commands.refusal import Refusal

_LAST: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class DeliveredUnits:
    """Units that arrived together and of which no return is declared."""

    quantity: int
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """So many units of an order line that somebody wants to give back, and why."""

    line_id: str
    quantity: int
    reason: ReturnReason


def eligible_until(policy: ReturnPolicy, reason: ReturnReason, delivered_at: datetime) -> datetime:
    """The last moment at which units delivered then can be given back for this reason.

    It is the end of a day: the day of delivery does not count, the last day does to its end.
    """
    zone = ZoneInfo(policy.timezone)
    over = delivered_at.astimezone(zone).date() + timedelta(days=policy.days_for(reason) + 1)
    return instant_of(over, time(), zone) - _LAST


def units_in_period(
    policy: ReturnPolicy, reason: ReturnReason, delivered: Sequence[DeliveredUnits], now: datetime
) -> int:
    """How many units can still be given back."""
    return sum(
        units.quantity
        for units in delivered
        if now <= eligible_until(policy, reason, units.delivered_at)
    )


def refusal_of(
    policy: ReturnPolicy,
    goods: Goods,
    claim: Claim,
    delivered: Sequence[DeliveredUnits],
    now: datetime,
    *path: str,
) -> Refusal | None:
    """Say why the units cannot be given back; None when they can."""
    if policy.excludes(goods) and not policy.terms_of(claim.reason).takes_excluded:
        return excluded(goods.sku, policy.code, *path)
    left = sum(units.quantity for units in delivered)
    if claim.quantity > left:
        return nothing_left(claim.line_id, claim.quantity, left, *path, "quantity")
    if claim.quantity > units_in_period(policy, claim.reason, delivered, now):
        latest = max(units.delivered_at for units in delivered)
        until = eligible_until(policy, claim.reason, latest)
        return out_of_period(claim.line_id, policy.days_for(claim.reason), until, *path)
    return None
