"""The sample's stock: who holds what, how much of it, and what has run out."""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

from devstack.sample.draws import draws
from devstack.sample.garments import FAMILIES, Article, Model, options
from devstack.sample.network import PLACES, Place

LARGEST_TOWN = 2_138_551
TOP_SELLERS = 0.1
"""The part of all models that sells best, and therefore runs out first."""

OUT_OF_TOP_SELLERS = 0.16
OUT_OF_OTHERS = 0.05
OUT_IN_WAREHOUSES = 0.02
SUPPLIED = 0.4
"""The part of its models that a supplier keeps on its own shelves."""

SEVERAL = 4


def stock() -> Iterator[dict[str, Any]]:
    """Give the lines of `stockImport`, place by place."""
    for place in PLACES:
        choice, chance = draws("holds", place.code), draws("stock", place.code)
        for model, sizes in options():
            if _holds(place, model, choice.random()):
                for article in sizes:
                    quantity = _quantity(place, article, chance)
                    yield {"sku": article.sku, "locationCode": place.code, "quantity": quantity}


@cache
def well_stocked() -> Mapping[str, Mapping[str, int]]:
    """Give the SKUs of which a place has several units, by its code, and how many they are."""
    found: dict[str, dict[str, int]] = {}
    for line in stock():
        if line["quantity"] >= SEVERAL:
            found.setdefault(line["locationCode"], {})[line["sku"]] = line["quantity"]
    return found


def _holds(place: Place, model: Model, chance: float) -> bool:
    """Say whether a place has the model in a colour at all: warehouses have everything."""
    match place.type:
        case "WAREHOUSE":
            return True
        case "SUPPLIER":
            return _supplier(model) == place.code and chance < SUPPLIED
        case _:
            return chance < _breadth(place) * (1.25 - model.rank / 2)


def _supplier(model: Model) -> str:
    return f"SUP{1 + FAMILIES.index(model.family) % 3}"


def _breadth(place: Place) -> float:
    """Give the part of all models that a shop has: much of it in Paris, a fifth in small towns."""
    return 0.67 * math.pow(place.inhabitants / LARGEST_TOWN, 0.3)


def _quantity(place: Place, article: Article, chance: Random) -> int:
    """Give the units of a SKU: by how it sells, how many wear the size, and how large a place is.

    Chance decides between the two whole numbers around what is expected, and what has run out.
    """
    selling = (1.2 - article.model.rank) ** 2
    wanted = article.share / 100 * (0.4 + selling)
    run_out, spread = chance.random(), 0.4 + 1.2 * chance.random()
    if place.type == "WAREHOUSE":
        size = 260 if place.code == "W1" else 150
        return 0 if run_out < OUT_IN_WAREHOUSES else 2 + int(size * wanted * spread)
    if place.type == "SUPPLIER":
        return int(400 * wanted * spread) // 10 * 10
    top = article.model.rank < TOP_SELLERS
    if run_out < (OUT_OF_TOP_SELLERS if top else OUT_OF_OTHERS):
        return 0
    return int(9 * (0.5 + _breadth(place)) * wanted * spread + chance.random())
