"""Say how far the stock of locations can be relied on, and what to protect of it."""

from collections.abc import Sequence
from datetime import datetime

from inventory_svc.domain.stock.reliability import Picks, ReliabilityMeasure
from inventory_svc.ports.stock import PickRecords


async def read_reliability(
    measure: ReliabilityMeasure,
    after: str | None,
    limit: int,
    records: PickRecords,
    now: datetime,
) -> Sequence[Picks]:
    """Give what the picks of locations found, in the order of their codes, after one.

    Refuse INVALID_INPUT for figures that make no sense.
    """
    measure.require_sound()
    return await records.picks(measure.first_day(now), after, limit)
