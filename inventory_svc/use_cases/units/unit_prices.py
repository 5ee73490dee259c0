"""Reading the price of a piece out of what was sent."""

from typing import NamedTuple

from retail_kit.iso_codes import CURRENCIES
from retail_kit.money import MalformedMoney, Money
from service_kit.commands.denials import invalid

LARGEST_PRICE = 10**12 - 1
"""In minor units: what no price comes to, unless somebody has mistyped."""


class SentPrice(NamedTuple):
    """A price as it was sent: a decimal text and a currency."""

    amount: str
    currency: str


def checked_price(sent: SentPrice) -> Money:
    """Give the price as money; refuse INVALID_INPUT for what is none, with a path from `price`."""
    if sent.currency not in CURRENCIES:
        raise invalid(f"One cannot pay in {sent.currency}.", "price", "currency")
    try:
        price = Money.parse(sent.amount, sent.currency)
    except MalformedMoney as error:
        raise invalid(str(error), "price", "amount") from error
    if not 0 <= price.minor <= LARGEST_PRICE:
        raise invalid("A price is not negative and has at most 12 digits.", "price", "amount")
    return price
