"""Locations: the places that hold stock."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.schedule import (
    UNKNOWN_SCHEDULE,
    Schedule,
    canonical_schedule,
    schedule_problems,
)
from retail_kit.geography import GeoPoint
from retail_kit.iso_codes import COUNTRIES
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll

LONGEST_NAME = 200


class LocationType(StrEnum):
    """Whose shelves they are."""

    WAREHOUSE = "WAREHOUSE"
    STORE = "STORE"
    SUPPLIER = "SUPPLIER"
    PARTNER = "PARTNER"


@dataclass(frozen=True, slots=True)
class Location:
    """One place. Its stock counts while it is `active`; without a point it has no distance."""

    code: str
    name: str
    type: LocationType
    country: str
    postcode: str | None = None
    city: str | None = None
    address_lines: tuple[str, ...] = ()
    point: GeoPoint | None = None
    timezone: str = "UTC"
    schedule: Schedule = UNKNOWN_SCHEDULE
    active: bool = True
    version: int = 0


def checked_location(location: Location) -> Location:
    """Give the location in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(location))
    if problems:
        raise RefusedAll(problems)
    return replace(
        location,
        code=required_code(location.code, "code"),
        name=location.name.strip(),
        country=location.country.upper(),
        schedule=canonical_schedule(location.schedule),
    )


def _problems(location: Location) -> Iterator[Refusal]:
    try:
        required_code(location.code, "code")
    except Refusal as refusal:
        yield refusal
    if not location.name.strip() or len(location.name) > LONGEST_NAME:
        yield invalid(f"A name has between 1 and {LONGEST_NAME} characters.", "name")
    if location.country.upper() not in COUNTRIES:
        yield invalid("There is no such country (ISO 3166 alpha-2).", "country")
    if location.timezone not in zoneinfo.available_timezones():
        yield invalid("There is no such time zone.", "timezone")
    yield from schedule_problems(location.schedule)
