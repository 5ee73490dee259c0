"""The shop of the public gateway benchmark: its four subgraphs, and any number of equal worlds.

A world is a shop of its own: its number is in every id, so nothing that is asked of one world may
be answered with, or joined to, what is asked of another.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "subgraphs"
SUBGRAPHS: Mapping[str, str] = {
    name: (_FOLDER / f"{name}.graphql").read_text()
    for name in ("accounts", "inventory", "products", "reviews")
}
"""What each subgraph declares."""

WORLDS = 64
Thing = dict[str, Any]
"""An object of the graph: its fields by name, objects below it included."""

_REVIEWS = (
    (0, (0, 1, 2)),
    (1, (0, 3, 4, 2)),
    (2, (1, 5, 0)),
    (3, (2, 6, 1, 4)),
    (4, (3, 7, 2)),
    (5, (4, 8, 0, 3)),
)
"""Which products each user has written of."""

_NAMES = ("Ada Lane", "Bo Holm", "Cy Reed", "Di Marsh", "Ed Frost", "Flo West")
_PRODUCTS = ("Table", "Couch", "Chair", "Lamp", "Shelf", "Desk", "Stool", "Rug", "Vase")
_BODY = (
    "I would buy it again: it came on time, looks well, and keeps what its seller said of it, "
    "for less."
)


class World:
    """One shop: everything in it, and where to find it."""

    def __init__(self, number: int) -> None:
        self.users = [_user(f"{number}-u{index}", name) for index, name in enumerate(_NAMES)]
        self.products = [
            _product(f"{number}-p{index}", index, name) for index, name in enumerate(_PRODUCTS)
        ]
        for author, products in _REVIEWS:
            for product in products:
                self._add_review(f"{number}-r{author}{product}", author, product)
        self._users = {one["id"]: one for one in self.users}
        self._products = {one["upc"]: one for one in self.products}

    def user(self, key: str) -> Thing:
        """Find a user by id; raises KeyError."""
        return self._users[key]

    def product(self, key: str) -> Thing:
        """Find a product by upc; raises KeyError."""
        return self._products[key]

    def _add_review(self, key: str, author: int, product: int) -> None:
        user, subject = self.users[author], self.products[product]
        review = {
            "__typename": "Review",
            "id": key,
            "body": _BODY,
            "author": user,
            "product": subject,
        }
        user["reviews"].append(review)
        subject["reviews"].append(review)


@lru_cache(maxsize=WORLDS)
def world(number: int) -> World:
    """Give a world by its number."""
    return World(number)


def world_of(key: str) -> World:
    """Give the world in which something has this key; raises ValueError."""
    return world(int(key.split("-", maxsplit=1)[0]))


def shipping_estimate(price: int, weight: int) -> int:
    """What it costs to send a product."""
    return 0 if price > 1000 else weight // 2


def _user(key: str, name: str) -> Thing:
    username = name.replace(" ", ".").lower()
    birthday = "1990-01-01"
    return {
        "__typename": "User",
        "id": key,
        "name": name,
        "username": username,
        "birthday": birthday,
        "reviews": [],
    }


def _product(key: str, index: int, name: str) -> Thing:
    price, weight = 899 + 100 * index, 100 + 50 * index
    return {
        "__typename": "Product",
        "upc": key,
        "name": name,
        "price": price,
        "weight": weight,
        "inStock": index % 3 > 0,
        "shippingEstimate": shipping_estimate(price, weight),
        "reviews": [],
    }
