"""The price book: what a SKU costs on a channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from retail_kit.iso_codes import CURRENCIES
from retail_kit.money import Money
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal

LARGEST_AMOUNT: Final = 10**12 - 1
"""In minor units: what no price and no order comes to, unless somebody has mistyped."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit of a SKU on a channel."""

    channel: str
    sku: str
    unit_price: Money
    version: int = 0


def price_errors(unit_price: Money, *path: str) -> Iterator[Refusal]:
    """Say what is wrong with a price; nothing if it can be one."""
    if unit_price.currency not in CURRENCIES:
        yield invalid(f"One cannot pay in {unit_price.currency}.", *path)
    elif unit_price.minor < 0:
        yield invalid("A price is not negative.", *path)
    elif unit_price.minor > LARGEST_AMOUNT:
        yield invalid("A price has at most 12 digits.", *path)
