"""Quantities of goods: whole, non-negative counts of a unit."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LARGEST: Final = 2_147_483_647
"""The largest count that fits a GraphQL Int."""


class Unit(StrEnum):
    """What one counts in."""

    PIECE = "PIECE"
    GRAM = "GRAM"
    MILLILITRE = "MILLILITRE"
    MILLIMETRE = "MILLIMETRE"


class InvalidQuantity(ValueError):
    """A count is negative, too large, or not positive where something was required."""


class UnitMismatch(ValueError):
    """Two quantities of different units were combined or compared."""


def require_non_negative(count: int) -> int:
    """Return the count, or raise InvalidQuantity when it is under 0 or over LARGEST."""
    if not 0 <= count <= LARGEST:
        raise InvalidQuantity(f"not between 0 and {LARGEST}: {count}")
    return count


def require_positive(count: int) -> int:
    """Return the count, or raise InvalidQuantity when it is under 1 or over LARGEST."""
    if not 1 <= count <= LARGEST:
        raise InvalidQuantity(f"not between 1 and {LARGEST}: {count}")
    return count


@dataclass(frozen=True, slots=True)
class Quantity:
    """A non-negative count of one unit."""

    count: int
    unit: Unit = Unit.PIECE

    def __post_init__(self) -> None:
        require_non_negative(self.count)

    def __bool__(self) -> bool:
        return self.count != 0

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.count + self._same(other).count, self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        """Take away; a result under zero is an InvalidQuantity."""
        return Quantity(self.count - self._same(other).count, self.unit)

    def __lt__(self, other: "Quantity") -> bool:
        return self.count < self._same(other).count

    def __le__(self, other: "Quantity") -> bool:
        return self.count <= self._same(other).count

    def at_most(self, other: "Quantity") -> "Quantity":
        """Return the smaller of the two."""
        return min(self, other)

    def less(self, other: "Quantity") -> "Quantity":
        """Take away as much as there is: never under zero."""
        return Quantity(max(0, self.count - self._same(other).count), self.unit)

    def _same(self, other: "Quantity") -> "Quantity":
        if other.unit is not self.unit:
            raise UnitMismatch(f"{self.unit} and {other.unit}")
        return other
