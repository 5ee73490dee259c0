"""Locations: the places that hold stock."""

import zoneinfo
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final

from inventory_svc.domain.naming import code_problems, required_code
from inventory_svc.domain.network.delivery import (
    ABILITY_FOR,
    Address,
    DeliveryMethod,
    DeliveryZone,
    LocationAbility,
    canonical_zones,
    zone_problems,
)
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
LONGEST_LEAD_TIME: Final = 365


class LocationType(StrEnum):
    """Whose shelves they are."""

    WAREHOUSE = "WAREHOUSE"
    STORE = "STORE"
    SUPPLIER = "SUPPLIER"
    PARTNER = "PARTNER"


_SHIPS = frozenset({LocationAbility.SHIP})
_SERVES = frozenset(LocationAbility)
USUAL_ABILITIES: Final = {
    LocationType.WAREHOUSE: _SHIPS,
    LocationType.STORE: _SERVES,
    LocationType.SUPPLIER: _SHIPS,
    LocationType.PARTNER: _SERVES,
}
"""What a location can do unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Location:
    """One place. Its stock counts while it is `active`; without a point it has no distance.

    Without `brands` it serves every brand; without `delivery_zones` it delivers everywhere;
    `abilities` are the usual ones of its type when they are None. Its goods are ready to leave
    after `lead_time_days` of its own working days. `stale_since` is when what a source told of its
    stock became too old; it is not kept with the location.
    """

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
    brands: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    abilities: frozenset[LocationAbility] | None = None
    delivery_zones: tuple[DeliveryZone, ...] = ()
    lead_time_days: int = 0
    stale_since: datetime | None = None

    @property
    def is_exposed(self) -> bool:
        """Whether channels may sell from it at all."""
        return self.active and self.stale_since is None

    @property
    def able(self) -> frozenset[LocationAbility]:
        """What it can do with its goods."""
        return USUAL_ABILITIES[self.type] if self.abilities is None else self.abilities

    def serves(self, method: DeliveryMethod, address: Address) -> bool:
        """Whether its goods can reach an address in a way; for a pick-up no zone matters."""
        if ABILITY_FOR[method] not in self.able:
            return False
        return (
            method is not DeliveryMethod.HOME
            or not self.delivery_zones
            or any(zone.covers(address) for zone in self.delivery_zones)
        )


@cache
def _time_zones() -> AbstractSet[str]:
    """Give the names of all time zones, for which the disk is searched once and not per line."""
    return zoneinfo.available_timezones()


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
        brands=frozenset(map(str.strip, location.brands)),
        tags=frozenset(map(str.strip, location.tags)),
        delivery_zones=canonical_zones(location.delivery_zones),
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
    if location.timezone not in _time_zones():
        yield invalid("There is no such time zone.", "timezone")
    yield from schedule_problems(location.schedule)
    yield from code_problems(location.brands, "brands")
    yield from code_problems(location.tags, "tags")
    yield from zone_problems(location.delivery_zones)
    if not 0 <= location.lead_time_days <= LONGEST_LEAD_TIME:
        yield invalid(f"A lead time has 0 to {LONGEST_LEAD_TIME} days.", "leadTimeDays")
