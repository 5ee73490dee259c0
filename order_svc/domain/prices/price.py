"""The price book: what a SKU costs on a channel."""

from dataclasses import dataclass

from retail_kit.money import Money


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit of a SKU on a channel."""

    channel: str
    sku: str
    unit_price: Money
    version: int = 0
