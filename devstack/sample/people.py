"""The sample's customers: invented people, each at home near one of the shops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from devstack.sample.draws import draws
from devstack.sample.network import PLACES, Place

HOW_MANY = 200

FIRST_PEOPLE = (
    ("Camille", "Moreau"),
    ("Nadia", "Benali"),
    ("Louis", "Girard"),
    ("Anna", "Kowalska"),
    ("Hugo", "Lefèvre"),
)
"""C1 to C5, of whom the README and the usual tokens tell."""

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
    towns = [place for place in PLACES if place.type == "STORE"]
    given_name = GIVEN_NAMES[int(chance.random() * len(GIVEN_NAMES))]
    family_name = FAMILY_NAMES[int(chance.random() * len(FAMILY_NAMES))]
    if number <= len(FIRST_PEOPLE):
        given_name, family_name = FIRST_PEOPLE[number - 1]
    street = STREETS[int(chance.random() * len(STREETS))]
    town = towns[int(chance.random() * len(towns))]
    loyal = chance.random()
    return Person(
        f"C{number}",
        given_name,
        family_name,
        f"{1 + int(chance.random() * 90)} {street}",
        town,
        next((tier for tier, part in TIERS if loyal < part), None),
    )


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
