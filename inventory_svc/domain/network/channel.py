"""Channels: where the goods are sold, and which locations each of them may sell from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from inventory_svc.domain.naming import code_problems, required_code
from inventory_svc.domain.network.location import Location, LocationType
from retail_kit.iso_codes import COUNTRIES, CURRENCIES
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. Empty `location_types` or `location_codes` mean any; exclusions always win.

    A channel of brands sells from the locations that serve one of them, or every brand.
    """

    code: str
    name: str
    currency: str
    country: str
    location_types: frozenset[LocationType] = frozenset()
    location_codes: frozenset[str] = frozenset()
    excluded_locations: frozenset[str] = frozenset()
    active: bool = True
    version: int = 0
    brands: frozenset[str] = frozenset()

    def sells_from(self, location: Location) -> bool:
        """Whether the stock of a location counts for this channel."""
        return (
            self.active
            and location.is_exposed
            and location.code not in self.excluded_locations
            and (not self.location_types or location.type in self.location_types)
            and (not self.location_codes or location.code in self.location_codes)
            and self._shares_brand(location)
        )

    def _shares_brand(self, location: Location) -> bool:
        return not self.brands or not location.brands or not self.brands.isdisjoint(location.brands)


def checked_channel(channel: Channel) -> Channel:
    """Give the channel in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(channel))
    if problems:
        raise RefusedAll(problems)
    return replace(
        channel,
        code=required_code(channel.code, "code"),
        name=channel.name.strip(),
        currency=channel.currency.upper(),
        country=channel.country.upper(),
        brands=frozenset(map(str.strip, channel.brands)),
    )


def _problems(channel: Channel) -> Iterator[Refusal]:
    try:
        required_code(channel.code, "code")
    except Refusal as refusal:
        yield refusal
    if not channel.name.strip():
        yield invalid("A name is required.", "name")
    if channel.currency.upper() not in CURRENCIES:
        yield invalid("There is no such currency (ISO 4217).", "currency")
    if channel.country.upper() not in COUNTRIES:
        yield invalid("There is no such country (ISO 3166 alpha-2).", "country")
    yield from code_problems(channel.brands, "brands")
