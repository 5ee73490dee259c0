"""What the lines of every import of the sample share: channels, prices and barcodes."""

from collections.abc import Iterator
from typing import Any

CHANNELS = ("web-fr", "store-fr")


def price_lines(sku: str, price: str) -> Iterator[dict[str, Any]]:
    """Give the lines of `pricesImport` for one SKU: the same price in both channels."""
    for channel in CHANNELS:
        yield {
            "channel": channel,
            "sku": sku,
            "unitPrice": {"amount": price, "currency": "EUR"},
        }


def ean(number: int) -> str:
    """Give an EAN-13 of the range kept for use inside a shop, with its check digit."""
    digits = f"2{number:011d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
