"""Amounts of money: whole minor units of one currency, never a float."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

_DEFAULT_EXPONENT: Final = 2
_EXPONENTS: Final = {
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DECIMAL: Final = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,8}))?")


class MoneyMismatch(ValueError):
    """Two amounts of different currencies were combined or compared."""


class MalformedMoney(ValueError):
    """A text is no decimal amount of its currency, or a code is no currency code."""


def exponent_of(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    if not _CURRENCY.fullmatch(currency):
        raise MalformedMoney(f"not a currency code: {currency!r}")
    return _EXPONENTS.get(currency, _DEFAULT_EXPONENT)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency; it may be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent_of(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in that currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, amount: str, currency: str) -> Self:
        """Read a decimal text such as `12.50`; more decimals than the currency has is an error."""
        exponent = exponent_of(currency)
        match = _DECIMAL.fullmatch(amount)
        if match is None:
            raise MalformedMoney(f"not a decimal amount: {amount!r}")
        sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
        if len(fraction.rstrip("0")) > exponent:
            raise MalformedMoney(f"{currency} has {exponent} decimals: {amount!r}")
        minor = int(whole + fraction[:exponent].ljust(exponent, "0"))
        return cls(-minor if sign else minor, currency)

    def format(self) -> str:
        """Write the amount as decimal text with all the currency's decimals: `12.50`."""
        exponent = exponent_of(self.currency)
        digits = str(abs(self.minor)).rjust(exponent + 1, "0")
        sign = "-" if self.minor < 0 else ""
        if exponent == 0:
            return sign + digits
        return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"

    def __str__(self) -> str:
        return f"{self.format()} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other).minor

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other).minor

    def allocate(self, weights: Sequence[int]) -> "tuple[Money, ...]":
        """Divide in proportion to the weights, to the last unit: largest remainder, then first.

        The shares always add up to the whole. Weights are non-negative and not all zero.
        """
        total = _checked_total(weights)
        sign = -1 if self.minor < 0 else 1
        size = abs(self.minor)
        shares = [size * weight // total for weight in weights]
        by_remainder = sorted(
            range(len(weights)), key=lambda index: -(size * weights[index] % total)
        )
        for index in by_remainder[: size - sum(shares)]:
            shares[index] += 1
        return tuple(Money(sign * share, self.currency) for share in shares)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyMismatch(f"{self.currency} and {other.currency}")
        return other


def sum_of(amounts: Sequence[Money], currency: str) -> Money:
    """Add amounts up, starting from nothing in the currency; another currency is a mismatch."""
    total = Money.zero(currency)
    for amount in amounts:
        total = total + amount
    return total


def _checked_total(weights: Sequence[int]) -> int:
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights are non-negative and not all zero")
    return total
