"""What the use-cases ask of single pieces."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.unit import SerialUnit


@dataclass(frozen=True, slots=True)
class PiecesWanted:
    """A page of the free pieces of an item at some positions: up to `limit`, after one serial.

    With `most_uses`, only of those that were not used more often.
    """

    sku: str
    positions: frozenset[PositionKey]
    now: datetime
    limit: int
    after: str | None = None
    most_uses: int | None = None


@dataclass(frozen=True, slots=True)
class GapsWanted:
    """A page of the gaps of a location by what was read `since`: `limit`, after one serial."""

    location: str
    since: datetime
    limit: int
    after: str | None = None


class UnitReads(Protocol):
    """The pieces with a serial number, as last committed."""

    async def units(self, serials: Collection[str]) -> Mapping[str, SerialUnit]:
        """Give the pieces that exist, by serial, in one read."""

    async def pieces(self, wanted: PiecesWanted) -> Sequence[SerialUnit]:
        """Give pieces of an item that are nobody's, in the order of their serial."""

    async def gaps(self, wanted: GapsWanted) -> Sequence[SerialUnit]:
        """Give pieces that are gaps of a location, in the order of their serial."""

    async def history(self, serial: str, before: int | None, limit: int) -> Sequence[UnitStep]:
        """Give the steps of a piece, newest first, before one of their numbers."""
