"""A parcel: goods of one fulfilment that travel in one piece."""

from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.lifecycles.parcel_state import ParcelState


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """How many units of a line the parcel holds."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is in the parcel, what it weighs in grams, and who carries it."""

    id: str
    fulfilment_id: str
    lines: tuple[ParcelLine, ...]
    state: ParcelState = ParcelState.DRAFT
    weight_grams: int | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    version: int = 0
