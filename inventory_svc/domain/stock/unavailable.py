"""Units that are in the books and cannot be sold: what a location has declared of them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Disposition(StrEnum):
    """Why units cannot be sold although they are on hand."""

    DAMAGED = "DAMAGED"
    DECLARED_MISSING = "DECLARED_MISSING"
    QUALITY_CONTROL = "QUALITY_CONTROL"
    SALE_IN_PROGRESS = "SALE_IN_PROGRESS"


SETTLED_BY_COUNT = frozenset({Disposition.DECLARED_MISSING})
"""What a count of the shelf settles: units that were looked for are found, or off the books."""


class Unavailable(NamedTuple):
    """Units declared for one reason, and when that was last declared."""

    disposition: Disposition
    quantity: int
    declared_at: datetime


def declared(
    rows: Mapping[Disposition, Unavailable], disposition: Disposition, units: int, at: datetime
) -> dict[Disposition, Unavailable]:
    """Give the rows with so many units more, or less when negative; none is empty."""
    changed = dict(rows)
    before = changed.pop(disposition, None)
    quantity = units + (before.quantity if before else 0)
    if quantity:
        latest = at if before is None or units > 0 else before.declared_at
        changed[disposition] = Unavailable(disposition, quantity, latest)
    return changed
