"""How far the stock of a location can be relied on: what its picks found, and what follows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from inventory_svc.domain.rules.rule import Protection
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid

PICKS_WORK: Final = "picksOfDay"
MOST_DAYS: Final = 365
_WHOLE: Final = 100
_SETTLED_AFTER: Final = timedelta(minutes=10)
"""What a day's last commits write is in the ledger by then, whatever the clocks of processes."""


class Picks(NamedTuple):
    """Units that a location was to take off its shelves: those it did, and those it did not find.

    A unit counts when its fate is known: when it has left, or was reported missing.
    """

    location: str
    found: int
    missing: int

    @property
    def units(self) -> int:
        """All of them."""
        return self.found + self.missing

    @property
    def missing_percent(self) -> float:
        """Give the part that was not found."""
        return _WHOLE * self.missing / self.units


@dataclass(frozen=True, slots=True)
class ReliabilityMeasure:
    """Over how many whole days picks are added up, and what is suggested by how many failed.

    Nothing is suggested of fewer units than `least_units`: they say too little.
    """

    days: int = 30
    least_units: int = 20
    over_percent: int = 5
    protect_units: int = 1
    on_hand_at_most: int = 2

    def require_sound(self) -> None:
        """Refuse INVALID_INPUT for figures that make no sense."""
        limits = {
            "days": (self.days, 1, MOST_DAYS),
            "leastUnits": (self.least_units, 1, LARGEST),
            "overPercent": (self.over_percent, 0, _WHOLE),
            "protectUnits": (self.protect_units, 1, LARGEST),
            "onHandAtMost": (self.on_hand_at_most, 1, LARGEST),
        }
        for name, (given, least, most) in limits.items():
            if not least <= given <= most:
                raise invalid(f"It is between {least} and {most}.", "by", name)

    def first_day(self, now: datetime) -> date:
        """Give the first of the days; the last one is yesterday."""
        return now.astimezone(UTC).date() - timedelta(days=self.days)

    def suggested(self, picks: Picks) -> Protection | None:
        """Give the protection that a location needs; None for one that can be relied on."""
        if picks.units < self.least_units:
            return None
        if picks.missing * _WHOLE <= self.over_percent * picks.units:
            return None
        return Protection(units=self.protect_units, on_hand_at_most=self.on_hand_at_most)


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """Give when a day begins and when the next one does."""
    begin = datetime.combine(day, time(), UTC)
    return begin, begin + timedelta(days=1)


def counted_from(day: date) -> datetime:
    """Give when the picks of a day can be counted."""
    return bounds_of(day)[1] + _SETTLED_AFTER
