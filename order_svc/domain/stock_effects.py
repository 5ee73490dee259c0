"""What a change to an order asks of stock, done after the change is saved, however often tried.

Each effect has a key of its own (order, version, place), which inventory uses to do it once.
"""

from dataclasses import dataclass
from typing import TypeAlias

from order_svc.domain.fulfilments.fulfilment import ShortReason


@dataclass(frozen=True, slots=True)
class StockLine:
    """Units of a line at the location where they are reserved."""

    line_id: str
    location_code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ConsumeStock:
    """The goods have left: on hand goes down."""

    key: str
    order_id: str
    reservation_id: str
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True)
class ReleaseStock:
    """The goods are no longer wanted: they can be sold again."""

    key: str
    order_id: str
    reservation_id: str
    lines: tuple[StockLine, ...]


@dataclass(frozen=True, slots=True)
class CorrectStock:
    """The goods were not there, or not fit to send: the position is set to what was counted."""

    key: str
    order_id: str
    reservation_id: str
    line: StockLine
    reason: ShortReason
    counted: int


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Units of a line need another location; `key` is also the slices' `sourcing_id`.

    Those that are `kept` have one, which brings them too late: they leave it for one in time.
    """

    key: str
    order_id: str
    line_id: str
    quantity: int
    kept: bool = False


StockEffect: TypeAlias = ConsumeStock | ReleaseStock | CorrectStock | SourceLine
"""Anything a change can ask of stock."""


def effect_key(order_id: str, version: int, place: int) -> str:
    """Name the effect at a place among those of the change that made the order's version."""
    return f"{order_id}.e{version}.{place}"
