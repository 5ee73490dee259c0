"""Gaps: where what was read of the tags differs from what the books say."""

from datetime import datetime
from enum import StrEnum

from inventory_svc.domain.stock.units.unit import SerialUnit


class UnitGapKind(StrEnum):
    """How a piece differs from the books of a location."""

    EXPECTED_NOT_READ = "EXPECTED_NOT_READ"
    READ_NOT_EXPECTED = "READ_NOT_EXPECTED"


def gap_at(unit: SerialUnit, location: str, since: datetime) -> UnitGapKind | None:
    """Tell whether a piece is a gap of a location, by what was read there since a moment."""
    seen = unit.seen
    is_read = seen is not None and seen.location == location and seen.at >= since
    is_expected = unit.is_there and unit.position.location == location
    if is_expected and not is_read:
        return UnitGapKind.EXPECTED_NOT_READ
    return UnitGapKind.READ_NOT_EXPECTED if is_read and not is_expected else None
