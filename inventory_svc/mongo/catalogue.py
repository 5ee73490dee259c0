"""The items in MongoDB."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.mongo.collections import ITEMS
from inventory_svc.mongo.reference_documents import item_from_document
from inventory_svc.ports.catalogue import ItemsWanted
from service_kit.storage.database import Database, Document

MOST_REMEMBERED = 500_000


class MongoCatalogue:
    """Reads of the items; no item is ever taken away, so one that was seen stays known."""

    def __init__(self, database: Database) -> None:
        self._items = database.collection(ITEMS.name)
        self._known: set[str] = set()

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give the items that exist, by SKU, in one read."""
        found = await self._items.find({"_id": {"$in": list(skus)}})
        return {document["_id"]: item_from_document(document) for document in found}

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that exist; of those not seen yet the index alone answers."""
        unseen = [sku for sku in skus if sku not in self._known]
        if not unseen:
            return frozenset(skus)
        found = await self._items.find({"_id": {"$in": unseen}}, projection={"_id": 1})
        seen = frozenset(document["_id"] for document in found)
        known = seen | self._known.intersection(skus)
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        self._known |= seen
        return known

    async def categories(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Give the categories of those of the SKUs that have one, in one read."""
        wanted: Document = {"_id": {"$in": list(skus)}, "category": {"$ne": None}}
        found = await self._items.find(wanted, projection={"category": 1})
        return {document["_id"]: document["category"] for document in found}

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        """Give those of the categories of which there is an item; the index alone answers."""
        found = await asyncio.gather(*(self._first_of(each) for each in sorted(categories)))
        return frozenset(each for each in found if each is not None)

    async def top_sellers(self, limit: int) -> Sequence[str]:
        """Give the SKUs whose stock is read first; the index alone answers."""
        sort = (("_id", 1),)
        found = await self._items.find(
            {"topSeller": True}, projection={"_id": 1}, sort=sort, limit=limit
        )
        return [document["_id"] for document in found]

    async def _first_of(self, category: str) -> str | None:
        found = await self._items.find({"category": category}, projection={"_id": 1}, limit=1)
        return category if found else None

    async def page(self, wanted: ItemsWanted) -> Sequence[Item]:
        """Give items in the order of their SKU."""
        place: Document = {}
        if wanted.after is not None:
            place["$gt"] = wanted.after
        if wanted.before is not None:
            place["$lt"] = wanted.before
        query: Document = {"_id": place} if place else {}
        if wanted.category is not None:
            query["category"] = wanted.category
        order = -1 if wanted.backward else 1
        found = await self._items.find(query, sort=(("_id", order),), limit=wanted.limit)
        items = [item_from_document(document) for document in found]
        return items[::-1] if wanted.backward else items
