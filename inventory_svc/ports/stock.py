"""What the use-cases ask of the stock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.availability.share_draw import ShareDraw
from inventory_svc.domain.stock.availability.totals import PackedItem
from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.declarations import Place, Window
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.reliability import Picks
from inventory_svc.domain.stock.reservation import Reservation


class StockCommits(Protocol):
    """Where stock commands are decided and written, together with those of others."""

    async def submit(self, command: StockCommand) -> Decided:
        """Give what became of the command once it is durable; refuse UNAVAILABLE otherwise."""


class CountedPosition(NamedTuple):
    """A position, and as of when it was counted last."""

    key: PositionKey
    counted_at: datetime | None


class StockSurvey(Protocol):
    """The stock as last committed, location by location."""

    async def in_stock_at(
        self, location: str, after: PositionKey | None, limit: int
    ) -> Sequence[CountedPosition]:
        """Give the positions of a location of which anything is on hand, by name, after one."""


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

    async def draws_of(self, skus: Sequence[str]) -> Sequence[ShareDraw]:
        """Give everything that was drawn of the SKUs under shares, in one read."""

    async def uncounted_draws_of(self, skus: Sequence[str]) -> Sequence[ShareDraw]:
        """Give what was drawn of the SKUs, without shipments that were counted since."""

    async def inbound_of(self, skus: Sequence[str]) -> Sequence[InboundSupply]:
        """Give what is still to come of the SKUs, by SKU and date, in one read."""

    async def movements_after(
        self, skus: Sequence[str], moment: datetime, limit: int
    ) -> Sequence[Movement]:
        """Give what was written into the ledger of the SKUs after a moment, so many at most."""

    async def movements(
        self, position: PositionKey, before: int | None, limit: int
    ) -> Sequence[Movement]:
        """Give the ledger of a position, newest first, before one of its numbers."""

    async def declarations(
        self, windows: Sequence[Window], after: Place | None, limit: int
    ) -> Sequence[Movement]:
        """Give what locations declared in their windows, in the order of places, after one."""


class PickRecords(Protocol):
    """What the picks of each location found, day by day."""

    async def count(self, day: date) -> None:
        """Count a day that is over, out of the ledger; the same however often."""

    async def picks(self, since: date, after: str | None, limit: int) -> Sequence[Picks]:
        """Give the picks of all days from one on, by location in the order of codes, after one."""


class FreshItems(NamedTuple):
    """Items packed, by SKU, and a moment: no commit from before it is missing in them."""

    items: Mapping[str, PackedItem]
    as_of: datetime


class PackedStock(Protocol):
    """The stock as this process has it at hand."""

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems | None:
        """Give items and when they were so; None when that is not known well enough.

        Without `waits` it is said at once, whatever is heard in a moment.
        """


class PresentStock(Protocol):
    """The stock as this process has it at hand, once it has heard of all that is committed."""

    async def present(self, skus: Collection[str], condition: Condition) -> FreshItems | None:
        """Give items in which no commit is missing that came before; None if that is not known."""
