"""What may be asked of pieces that are rented out, come back and are refurbished."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.release_right import ReleaseRight
from retail_kit.money import Money
from service_kit.commands.idempotency import IdempotentRequest


@dataclass(frozen=True, slots=True)
class RentUnit:
    """A piece leaves its shelf at a location for a time.

    It is nobody's, or kept by the reservation that is named; `right` restricts it to those whose
    goods somebody may give away.
    """

    request: IdempotentRequest
    actor: str
    serial: str
    location: str
    reservation_id: str | None = None
    right: ReleaseRight | None = None


class UnitTurn(StrEnum):
    """What happens to a piece between its rental and its next sale."""

    TAKE_BACK = "TAKE_BACK"
    START_REFURBISHMENT = "START_REFURBISHMENT"
    WRITE_OFF = "WRITE_OFF"


@dataclass(frozen=True, slots=True)
class TurnUnit:
    """A piece that is not for sale takes its next turn at a location."""

    request: IdempotentRequest
    actor: str
    serial: str
    location: str
    turn: UnitTurn


@dataclass(frozen=True, slots=True)
class RestoreUnit:
    """A piece is refurbished: it is for sale again at a location, as somebody has judged it."""

    request: IdempotentRequest
    actor: str
    serial: str
    location: str
    condition: Condition
    price: Money | None = None


RentalCommand: TypeAlias = RentUnit | TurnUnit | RestoreUnit
