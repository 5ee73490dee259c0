"""How an amount is divided among tenders, and each tender's part among lines; exact to the cent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_svc.domain.payments.payment import PaymentMethod
from retail_kit.money import Money


class TenderRule(StrEnum):
    """Which tender is used first when an order has several."""

    CARD_FIRST = "CARD_FIRST"
    PRO_RATA = "PRO_RATA"


_RANKS: Final = {PaymentMethod.CARD: 0, PaymentMethod.VOUCHER: 1, PaymentMethod.CASH: 2}


@dataclass(frozen=True, slots=True)
class Purse:
    """What one tender can give or take at most, in minor units."""

    payment_id: str
    method: PaymentMethod
    minor: int


def divided(rule: TenderRule, minor: int, purses: Sequence[Purse]) -> dict[str, int]:
    """Divide an amount by the rule, never more than a purse holds; what no purse holds is left.

    Gives minor units by payment, without zeros.
    """
    there_is = sum(purse.minor for purse in purses)
    wanted = min(minor, there_is)
    if wanted <= 0:
        return {}
    if rule is TenderRule.PRO_RATA:
        parts = Money(wanted, "XXX").allocate([purse.minor for purse in purses])
        shares = {purse.payment_id: part.minor for purse, part in zip(purses, parts, strict=True)}
        return {payment_id: share for payment_id, share in shares.items() if share}
    ranked = sorted(purses, key=lambda purse: _RANKS[purse.method])
    return poured(wanted, {purse.payment_id: purse.minor for purse in ranked})


def poured(minor: int, vessels: Mapping[str, int]) -> dict[str, int]:
    """Fill one vessel after the other; without those that get nothing."""
    filled: dict[str, int] = {}
    for name, room in vessels.items():
        taken = min(minor, room)
        if taken > 0:
            filled[name] = taken
            minor -= taken
    return filled


def spread(tenders: Mapping[str, int], lines: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Say which part of each tender is for which line: sums by tender and by line are as given.

    The lines may hold more than the tenders; then the last ones get less.
    """
    room = dict(lines)
    found: dict[str, dict[str, int]] = {}
    for payment_id, minor in tenders.items():
        found[payment_id] = poured(minor, room)
        for line_id, taken in found[payment_id].items():
            room[line_id] -= taken
    return found
