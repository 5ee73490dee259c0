"""What the use-cases ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.importing import ImportLine, RecordT
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Condition, Position, PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult


class StockCommits(Protocol):
    """Where stock commands are decided and written, together with those of others."""

    async def submit(self, command: StockCommand) -> Decided:
        """Give what became of the command once it is durable; refuse UNAVAILABLE otherwise."""


class StockReads(Protocol):
    """The stock as last committed."""

    async def positions_of(
        self, skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        """Give all positions of the SKUs in one read."""

    async def positions(self, keys: Sequence[PositionKey]) -> Mapping[PositionKey, Position]:
        """Give the positions that exist, by key, in one read."""

    async def reservations(self, identifiers: Sequence[str]) -> Mapping[str, Reservation]:
        """Give the reservations that exist, by identifier."""

    async def movements(
        self, position: PositionKey, before: int | None, limit: int
    ) -> Sequence[Movement]:
        """Give the ledger of a position, newest first, before one of its numbers."""


class Network(Protocol):
    """Where the snapshot of locations and channels comes from."""

    async def directory(
        self, *, channels: Iterable[str] = (), locations: Iterable[str] = ()
    ) -> NetworkDirectory:
        """Give a snapshot, half a second old at most; the current if it lacks a named code."""


class Catalogue(Protocol):
    """The items."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give the items that exist, by SKU, in one read."""

    async def page(self, wanted: "ItemsWanted") -> Sequence[Item]:
        """Give items in the order of their SKU."""

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that exist."""


@dataclass(frozen=True, slots=True)
class ItemsWanted:
    """A page of items: up to `limit`, after one SKU, or the last ones before one SKU."""

    limit: int
    category: str | None = None
    after: str | None = None
    before: str | None = None
    backward: bool = False


class Imports(Protocol[RecordT]):
    """Where the records of one kind are imported."""

    async def save(
        self,
        request: IdempotentRequest,
        actor: str,
        lines: Sequence[ImportLine[RecordT]],
        rejected: Sequence[LineResult],
    ) -> Sequence[LineResult]:
        """Write what changed and give the fate of every line; the same for the same key."""
