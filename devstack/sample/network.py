"""The sample's places and channels: real French towns, invented shops."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A location as people know it; `hours` are those of an ordinary weekday, if it has any."""

    code: str
    name: str
    type: str
    street: str
    postcode: str
    city: str
    latitude: float
    longitude: float
    hours: str | None = None


PLACES = (
    Place("W1", "Entrepôt Île-de-France", "WAREHOUSE", "12 avenue de l'Europe", "77600", "Bussy-Saint-Georges", 48.8410, 2.7050),
    Place("W2", "Entrepôt Rhône", "WAREHOUSE", "4 rue des Entrepreneurs", "69800", "Saint-Priest", 45.6967, 4.9440),
    Place("S1", "Paris Rivoli", "STORE", "118 rue de Rivoli", "75001", "Paris", 48.8592, 2.3446, "10:00-20:00"),
    Place("S2", "Paris Batignolles", "STORE", "33 rue des Batignolles", "75017", "Paris", 48.8843, 2.3218, "10:00-19:30"),
    Place("S3", "Lyon Presqu'île", "STORE", "27 rue de la République", "69002", "Lyon", 45.7625, 4.8357, "10:00-19:00"),
    Place("S4", "Marseille Saint-Ferréol", "STORE", "41 rue Saint-Ferréol", "13001", "Marseille", 43.2938, 5.3776, "10:00-19:00"),
    Place("S5", "Bordeaux Sainte-Catherine", "STORE", "90 rue Sainte-Catherine", "33000", "Bordeaux", 44.8378, -0.5740, "10:00-19:30"),
    Place("S6", "Lille Grand-Place", "STORE", "8 place du Général-de-Gaulle", "59800", "Lille", 50.6367, 3.0635, "10:00-19:00"),
    Place("S7", "Nantes Crébillon", "STORE", "15 rue Crébillon", "44000", "Nantes", 47.2132, -1.5610, "10:00-19:00"),
    Place("S8", "Strasbourg Kléber", "STORE", "22 place Kléber", "67000", "Strasbourg", 48.5833, 7.7458, "09:30-19:00"),
    Place("SUP1", "Maille & Fils", "SUPPLIER", "3 rue du Tissage", "10000", "Troyes", 48.2973, 4.0744),
)  # fmt: skip


def locations() -> Iterator[dict[str, Any]]:
    """Give the lines of `locationsImport`."""
    for place in PLACES:
        yield {
            "code": place.code,
            "name": place.name,
            "type": place.type,
            "country": "FR",
            "postcode": place.postcode,
            "city": place.city,
            "addressLines": [place.street],
            "point": {"latitude": place.latitude, "longitude": place.longitude},
            "timezone": "Europe/Paris",
        }


def channels() -> Iterator[dict[str, Any]]:
    """Give the lines of `channelsImport`: the web sells from everywhere, shops from shops."""
    france = {"currency": "EUR", "country": "FR"}
    yield {"code": "web-fr", "name": "Site France", **france}
    yield {"code": "store-fr", "name": "Boutiques France", "locationTypes": ["STORE"], **france}
