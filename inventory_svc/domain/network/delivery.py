"""How goods reach the customer, and where a location delivers to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from retail_kit.iso_codes import COUNTRIES
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal

LONGEST_PREFIX: Final = 16


class DeliveryMethod(StrEnum):
    """How goods reach the customer."""

    HOME = "HOME"
    PICKUP = "PICKUP"


class LocationAbility(StrEnum):
    """What a location can do with its goods."""

    SHIP = "SHIP"
    COLLECT = "COLLECT"


ABILITY_FOR: Final = {
    DeliveryMethod.HOME: LocationAbility.SHIP,
    DeliveryMethod.PICKUP: LocationAbility.COLLECT,
}
"""What a location must be able to do for goods to reach the customer in a way."""


class Address(NamedTuple):
    """Where something is delivered to, as far as it is known."""

    country: str | None = None
    postcode: str | None = None


ANYWHERE: Final = Address()
"""An address of which nothing is known."""


@dataclass(frozen=True, slots=True)
class DeliveryZone:
    """A country, or the part of it whose postcodes begin with one of the prefixes."""

    country: str
    postcodes: tuple[str, ...] = ()

    def covers(self, address: Address) -> bool:
        """Whether the address may lie in the zone; what is not known speaks for it."""
        if address.country is None:
            return True
        if address.country.upper() != self.country:
            return False
        if address.postcode is None or not self.postcodes:
            return True
        return bare(address.postcode).startswith(self.postcodes)


def bare(postcode: str) -> str:
    """Give a postcode without blanks and signs, in capitals."""
    return "".join(letter for letter in postcode.upper() if letter.isalnum())


def zone_problems(zones: Sequence[DeliveryZone]) -> Iterator[Refusal]:
    """Say what is wrong with the zones, with paths inside the line."""
    for index, zone in enumerate(zones):
        path = ("deliveryZones", str(index))
        if zone.country.upper() not in COUNTRIES:
            yield invalid("There is no such country (ISO 3166 alpha-2).", *path, "country")
        for place, prefix in enumerate(zone.postcodes):
            if not bare(prefix) or len(prefix) > LONGEST_PREFIX:
                problem = f"A postcode begins with 1 to {LONGEST_PREFIX} letters or digits."
                yield invalid(problem, *path, "postcodes", str(place))


def canonical_zones(zones: Sequence[DeliveryZone]) -> tuple[DeliveryZone, ...]:
    """Give zones without problems, one for each country, in order; a whole country absorbs."""
    prefixes: dict[str, set[str]] = {}
    whole = {zone.country.upper() for zone in zones if not zone.postcodes}
    for zone in zones:
        prefixes.setdefault(zone.country.upper(), set()).update(map(bare, zone.postcodes))
    return tuple(
        DeliveryZone(country, () if country in whole else tuple(sorted(named)))
        for country, named in sorted(prefixes.items())
    )
