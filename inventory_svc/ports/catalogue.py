"""What the use-cases ask of the items, and of imports of any kind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.importing import ImportLine, RecordT
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult


class Catalogue(Protocol):
    """The items."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give the items that exist, by SKU, in one read."""

    async def page(self, wanted: "ItemsWanted") -> Sequence[Item]:
        """Give items in the order of their SKU."""

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that exist."""

    async def categories(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Give the categories of those of the SKUs that have one, in one read."""

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        """Give those of the categories of which there is an item."""


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


class TopSellers(Protocol):
    """The items whose stock cannot wait."""

    async def top_sellers(self, limit: int) -> Sequence[str]:
        """Give their SKUs."""
