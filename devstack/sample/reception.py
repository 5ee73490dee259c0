"""What can be booked in the sample's shops, who receives, and how much room there is."""

from collections.abc import Iterator
from typing import Any

from devstack.sample.draws import draws
from devstack.sample.network import LARGE_TOWN, PLACES, WEEK, Place, opening_hours
from devstack.sample.people import FAMILY_NAMES, GIVEN_NAMES

FITTING, STYLING, ALTERATIONS, COLLECTION = "fitting", "styling", "alterations", "collection"
SKILLS = (("styling", "tailoring"), ("tailoring",), ("styling",), ())
"""What the advisors of a shop know, the first of them first."""

SIZES = ("34", "36", "38", "40", "42", "44", "46", "XS", "S", "M", "L", "XL", "XXL")
SHOPS = tuple(place for place in PLACES if place.type == "STORE")
LARGE_SHOPS = tuple(shop for shop in SHOPS if shop.inhabitants >= LARGE_TOWN)


def appointment_types() -> Iterator[dict[str, Any]]:
    """Give the lines of `appointmentTypesImport`; a stylist is in large towns only."""
    size = {"name": "size", "kind": "CHOICE", "required": True, "choices": list(SIZES)}
    occasion = {
        "name": "occasion",
        "kind": "TEXT",
        **_labels("Pour quelle occasion ?", "For what occasion?"),
    }
    yield {
        "code": FITTING,
        "names": _wordings("Essayage en cabine réservée", "Fitting in a room of your own"),
        "durationMinutes": 45,
        "stepMinutes": 30,
        "bufferAfterMinutes": 15,
        "noticeMinutes": 60,
        "resource": "fitting-room",
        "form": [{**size, **_labels("Votre taille habituelle ?", "Your usual size?")}, occasion],
    }
    yield {
        "code": STYLING,
        "names": _wordings("Conseil avec une styliste", "Advice from a stylist"),
        "durationMinutes": 60,
        "bufferAfterMinutes": 15,
        "skills": ["styling"],
        "resource": "fitting-room",
        "form": [occasion],
        "locationCodes": [shop.code for shop in LARGE_SHOPS],
    }
    wanted = _labels("Pour quel jour ?", "By which day?")
    yield {
        "code": ALTERATIONS,
        "names": _wordings("Retouches", "Alterations"),
        "durationMinutes": 30,
        "skills": ["tailoring"],
        "form": [{"name": "wanted", "kind": "DATE", **wanted}],
    }
    yield {
        "code": COLLECTION,
        "names": _wordings("Retrait sans attente", "Collection without waiting"),
        "durationMinutes": 15,
        "noticeMinutes": 30,
        "advised": False,
        "resource": "collection-desk",
    }


def advisors() -> Iterator[dict[str, Any]]:
    """Give the lines of `advisorsImport`: two to four in a shop, each away on a day of the week."""
    for shop in SHOPS:
        first_away = int(draws("away", shop.code).random() * len(WEEK))
        for number, skills in enumerate(SKILLS[: _by_size(shop, 2, 3, 4)]):
            code = f"{shop.code}-A{number + 1}"
            chance = draws("advisor", code)
            given_name = GIVEN_NAMES[int(chance.random() * len(GIVEN_NAMES))]
            initial = FAMILY_NAMES[int(chance.random() * len(FAMILY_NAMES))][0]
            away = WEEK[(first_away + number) % len(WEEK)]
            yield {
                "code": code,
                "name": f"{given_name} {initial}.",
                "locationCode": shop.code,
                "skills": list(skills),
                "hours": [day for day in opening_hours(shop) if day["day"] != away],
            }


def capacities() -> Iterator[dict[str, Any]]:
    """Give the lines of `appointmentCapacitiesImport`."""
    for shop in SHOPS:
        rooms = {"code": "fitting-room", "places": _by_size(shop, 2, 4, 6)}
        desks = {"code": "collection-desk", "places": _by_size(shop, 1, 2, 2)}
        yield {"locationCode": shop.code, "resources": [rooms, desks]}


def _by_size(shop: Place, small: int, large: int, paris: int) -> int:
    if shop.inhabitants < LARGE_TOWN:
        return small
    return paris if shop.city == "Paris" else large


def _labels(french: str, english: str) -> dict[str, Any]:
    return {"labels": _wordings(french, english)}


def _wordings(french: str, english: str) -> list[dict[str, str]]:
    return [{"language": "fr", "text": french}, {"language": "en", "text": english}]
