"""What the use-cases ask for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.importing import ImportLine, RecordT
from inventory_svc.domain.line_results import LineResult
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Condition, Position, PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from service_kit.commands.idempotency import IdempotentRequest


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

    async def position(self, key: PositionKey) -> Position | None:
        """Give one position."""

    async def reservations(self, identifiers: Sequence[str]) -> Mapping[str, Reservation]:
        """Give the reservations that exist, by identifier."""

    async def movements(
        self, positions: "MovementsWanted", after: "MovementPlace | None", limit: int
    ) -> Sequence[Movement]:
        """Give the ledger of a SKU or of one position, newest first."""


class MovementsWanted(NamedTuple):
    """Whose ledger is read: a SKU's, at one location, in one condition."""

    sku: str
    location: str | None = None
    condition: Condition | None = None


class MovementPlace(NamedTuple):
    """A place in the ledger, newest first."""

    occurred_at: str
    identifier: str


class Network(Protocol):
    """Where the snapshot of locations and channels comes from."""

    async def directory(self) -> NetworkDirectory:
        """Give the current snapshot."""


class Catalogue(Protocol):
    """The items."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give the items that exist, by SKU, in one read."""

    async def page(self, category: str | None, after: str | None, limit: int) -> Sequence[Item]:
        """Give items in the order of their SKU, after one of them."""

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that exist."""


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
