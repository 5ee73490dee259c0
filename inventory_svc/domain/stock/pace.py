"""How fast a position sells: the units that left it in the last weeks, the latest counting most.

Each midnight UTC, what was counted before loses a 28th of itself. So at a steady pace the count is
what sells in four weeks; it needs no list of past days, and what does not sell fades by itself.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from retail_kit.quantities import LARGEST

WEEKS: Final = 4
_DAYS: Final = 7 * WEEKS
_THOUSAND: Final = 1_000
_BITS: Final = 62
_LEFT: Final = tuple((_DAYS - 1) ** days * 2**_BITS // _DAYS**days for days in range(600))
"""What is left of a unit after so many days; after more, nothing is of any count."""


class Pace(NamedTuple):
    """Thousandths of units that count as of a day, by its ordinal; both fit 32 bits."""

    thousandths: int = 0
    day: int = 0

    def at(self, moment: datetime) -> int:
        """Give the thousandths of units that count at a moment, in UTC: those of four weeks."""
        return faded(self.thousandths, moment.toordinal() - self.day)

    def with_sold(self, units: int, moment: datetime) -> "Pace":
        """Give the pace once units are sold at a moment; fewer than none take a sale back."""
        count = max(0, self.at(moment) + units * _THOUSAND)
        return Pace(min(count, LARGEST), max(self.day, moment.toordinal()))


NO_PACE: Final = Pace()


def faded(thousandths: int, days: int) -> int:
    """Give what still counts of thousandths after so many days; of days to come, all."""
    if days <= 0 or not thousandths:
        return thousandths
    return thousandths * _LEFT[days] >> _BITS if days < len(_LEFT) else 0


def next_fading(now: datetime) -> datetime:
    """Give the moment until which every pace counts for the same."""
    return datetime.combine(now + timedelta(days=1), time.min, UTC)


def lasts(sellable: int, pace: int, weeks: int) -> bool:
    """Whether units last for so many weeks at a pace; what does not sell lasts for ever."""
    return pace * weeks <= max(0, sellable) * _THOUSAND * WEEKS


def units_in_a_week(pace: int) -> float:
    """Give how many units sell in a week at a pace."""
    return pace / (_THOUSAND * WEEKS)


def weeks_left(sellable: int, pace: int) -> float | None:
    """Give how many weeks units last at a pace; None for ever."""
    return max(0, sellable) / units_in_a_week(pace) if pace else None
