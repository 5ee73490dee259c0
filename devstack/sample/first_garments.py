"""The forty SKUs of which the README tells, with their stock: loaded before all others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from devstack.sample.lines import ean, price_lines
from devstack.sample.network import FIRST_PLACES


@dataclass(frozen=True, slots=True)
class Model:
    """A garment; its SKUs are `CODE-COLOUR-SIZE`."""

    code: str
    title: str
    category: str
    price: str
    weight_grams: int
    colours: tuple[str, ...]
    sizes: tuple[str, ...]


MODELS = (
    Model("TEE", "T-shirt en coton", "tops", "25.00", 180, ("WHITE", "NAVY"), ("S", "M", "L", "XL")),
    Model("SHIRT", "Chemise en lin", "tops", "69.00", 240, ("SKY", "WHITE"), ("S", "M", "L")),
    Model("KNIT", "Pull en mérinos", "knitwear", "89.90", 380, ("GREY", "RED"), ("S", "M", "L", "XL")),
    Model("JEAN", "Jean droit", "trousers", "95.00", 640, ("RAW",), ("38", "40", "42", "44")),
    Model("DRESS", "Robe portefeuille", "dresses", "120.00", 320, ("GREEN", "BLACK"), ("36", "38", "40")),
    Model("COAT", "Manteau en laine", "coats", "249.00", 1450, ("CAMEL", "NAVY"), ("S", "M", "L")),
    Model("SCARF", "Écharpe", "accessories", "45.00", 150, ("GREY", "RED"), ("U",)),
)  # fmt: skip

SCARCE = "COAT-CAMEL-M"
"""Of this SKU there is one unit in all, in Strasbourg: for trying what happens when it is gone."""


def _articles() -> Iterator[tuple[str, Model, str, str]]:
    for model in MODELS:
        for colour in model.colours:
            for size in model.sizes:
                yield f"{model.code}-{colour}-{size}", model, colour, size


def first_items() -> Iterator[dict[str, Any]]:
    """Give the lines of `itemsImport`."""
    for number, (sku, model, colour, size) in enumerate(_articles()):
        yield {
            "sku": sku,
            "title": f"{model.title} {colour.lower()} {size}",
            "category": model.category,
            "ean": ean(number),
            "model": model.code,
            "size": size,
            "colour": colour.lower(),
            "weightGrams": model.weight_grams,
        }


def first_prices() -> Iterator[dict[str, Any]]:
    """Give the lines of `pricesImport`."""
    for sku, model, _, _ in _articles():
        yield from price_lines(sku, model.price)


def first_stock() -> Iterator[dict[str, Any]]:
    """Give the lines of `stockImport`: much in the warehouses, a little or none in a shop."""
    for number, (sku, *_) in enumerate(_articles()):
        for place_number, place in enumerate(FIRST_PLACES):
            quantity = _quantity(place.type, number, place_number)
            if sku == SCARCE:
                quantity = int(place.code == "S8")
            yield {"sku": sku, "locationCode": place.code, "quantity": quantity}


def _quantity(kind: str, number: int, place_number: int) -> int:
    """Give a quantity that varies from SKU to SKU and place to place, always the same."""
    if kind == "WAREHOUSE":
        return 40 + (number * 7 + place_number * 13) % 60
    return (number * 5 + place_number * 3) % 7
