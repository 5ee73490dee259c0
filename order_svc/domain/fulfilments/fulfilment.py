"""A fulfilment: the part of an order that one location prepares, under one reservation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.parcels.parcel import Parcel


class ShortReason(StrEnum):
    """Why goods that should be there cannot be sent."""

    NOT_FOUND = "NOT_FOUND"
    DAMAGED = "DAMAGED"
    WORN_DISPLAY = "WORN_DISPLAY"


@dataclass(frozen=True, slots=True)
class FulfilmentLine:
    """How many units of a line the location was asked to prepare."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Units that the location could not provide, and what it counted instead."""

    line_id: str
    quantity: int
    reason: ShortReason
    counted: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A location as inventory names it: its global id and its code."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What a location prepares; `lines` is what it was asked for, slices say how far it is."""

    id: str
    order_id: str
    location: Place
    reservation_id: str
    lines: tuple[FulfilmentLine, ...]
    created_at: datetime
    state: FulfilmentState = FulfilmentState.ASSIGNED
    parcels: tuple[Parcel, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    version: int = 0

    @property
    def entirely_short(self) -> bool:
        """Whether the location had none of what it was asked for."""
        missing = sum(shortage.quantity for shortage in self.shortages)
        return missing == sum(line.quantity for line in self.lines)
