"""The sample's customers: invented people, each at home near one of the shops."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from devstack.sample.draws import draws
from devstack.sample.network import PLACES, Place

HOW_MANY = 200

FIRST_PEOPLE = (
    ("Camille", "Moreau", "S1"),
    ("Nadia", "Benali", "S8"),
    ("Louis", "Girard", "S3"),
    ("Anna", "Kowalska", "S6"),
    ("Hugo", "Lefèvre", "S4"),
)
"""C1 to C5, of whom the README and the usual tokens tell, each with the shop of their town."""

GIVEN_NAMES = (
    "Adèle", "Aïcha", "Alban", "Alice", "Amina", "Antoine", "Baptiste", "Bérénice", "Capucine",
    "Céline", "Chloé", "Clément", "Diane", "Édouard", "Élise", "Emma", "Fatou", "Florian",
    "Gabriel", "Hélène", "Inès", "Jade", "Jeanne", "Jules", "Karim", "Léa", "Léon", "Lucie",
    "Malik", "Manon", "Margaux", "Mathilde", "Maxime", "Noé", "Océane", "Olivier", "Paul",
    "Pauline", "Quentin", "Rayan", "Romane", "Sacha", "Salomé", "Samuel", "Sofia", "Thibault",
    "Valentine", "Victor", "Yasmine", "Zoé",
)  # fmt: skip
FAMILY_NAMES = (
    "André", "Arnaud", "Aubert", "Barbier", "Bernard", "Blanchard", "Boyer", "Brunet", "Carpentier",
    "Chevalier", "Colin", "Da Silva", "Diallo", "Dubois", "Dumas", "Durand", "Fabre", "Faure",
    "Fontaine", "Fournier", "Garnier", "Gauthier", "Guérin", "Haddad", "Henry", "Joly", "Lacroix",
    "Lambert", "Lemoine", "Leroux", "Marchand", "Martinez", "Masson", "Mercier", "Meunier",
    "Nguyen", "Noël", "Olivier", "Perrin", "Petit", "Picard", "Renard", "Rivière", "Robin",
    "Roussel", "Simon", "Traoré", "Vasseur", "Vidal", "Weber",
)  # fmt: skip
STREETS = (
    "rue des Lilas", "rue Pasteur", "rue Victor-Hugo", "avenue Jean-Jaurès", "rue du Moulin",
    "rue de l'Église", "impasse des Acacias", "rue des Écoles", "boulevard Carnot",
    "rue de la Fontaine",
)  # fmt: skip
TIERS = (("GOLD", 0.1), ("SILVER", 0.35))
"""Loyalty tiers, each with the part of the customers who have it or a better one."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, and where their parcels go."""

    ref: str
    given_name: str
    family_name: str
    street: str
    town: Place
    tier: str | None

    @property
    def address(self) -> Mapping[str, str]:
        """The delivery address of their orders."""
        return {
            "name": f"{self.given_name} {self.family_name}",
            "street": self.street,
            "postcode": self.town.postcode,
            "city": self.town.city,
            "country": "FR",
        }


@cache
def people() -> tuple[Person, ...]:
    """Give all customers; of two with the same ref there is never one."""
    return tuple(_person(number) for number in range(1, HOW_MANY + 1))


def _person(number: int) -> Person:
    chance = draws("person", str(number))
    given_name = GIVEN_NAMES[int(chance.random() * len(GIVEN_NAMES))]
    family_name = FAMILY_NAMES[int(chance.random() * len(FAMILY_NAMES))]
    street = STREETS[int(chance.random() * len(STREETS))]
    town = _town(chance.random())
    if number <= len(FIRST_PEOPLE):
        given_name, family_name, shop = FIRST_PEOPLE[number - 1]
        town = next(place for place in PLACES if place.code == shop)
    loyal = chance.random()
    return Person(
        f"C{number}",
        given_name,
        family_name,
        f"{1 + int(chance.random() * 90)} {street}",
        town,
        next((tier for tier, part in TIERS if loyal < part), None),
    )


def _town(place: float) -> Place:
    """Give the town at a place (0 to 1) in the row of all, in which large towns take more room."""
    towns = [place for place in PLACES if place.type == "STORE"]
    ends = list(accumulate(math.isqrt(town.inhabitants) for town in towns))
    return towns[bisect_right(ends, int(place * ends[-1]))]


def customers() -> Iterator[dict[str, Any]]:
    """Give the lines of `customersImport`."""
    for person in people():
        yield {
            "ref": person.ref,
            "givenName": person.given_name,
            "familyName": person.family_name,
            "email": f"{person.ref.lower()}@example.com",
            "language": "fr",
            "tier": person.tier,
        }
