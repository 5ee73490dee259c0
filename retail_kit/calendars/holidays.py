"""Public holidays of a country and its regions."""

from dataclasses import dataclass, field
from datetime import date

import holidays


class UnknownCountry(ValueError):
    """No public holidays are known for the country or the subdivision."""


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The holidays of a country (`FR`) and, where given, of a subdivision (`57`, `CA`)."""

    country: str
    subdivision: str | None = None
    _known: holidays.HolidayBase = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            known = _known_to(self.country, self.subdivision)
        except NotImplementedError as unknown:
            raise UnknownCountry(f"{self.country} {self.subdivision or ''}".strip()) from unknown
        object.__setattr__(self, "_known", known)

    def includes(self, day: date) -> bool:
        """Tell whether the day is a public holiday."""
        return day in self._known

    def name_of(self, day: date) -> str | None:
        """Return the holiday's name in the country's own language; None on another day."""
        name: str | None = self._known.get(day)
        return name


def _known_to(country: str, subdivision: str | None) -> holidays.HolidayBase:
    """Look the country up in its own language: otherwise the machine's locale decides."""
    any_language = holidays.country_holidays(country, subdiv=subdivision)
    return holidays.country_holidays(
        country, subdiv=subdivision, language=any_language.default_language
    )
