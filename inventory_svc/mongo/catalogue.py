"""The items in MongoDB."""

from collections.abc import Mapping, Sequence

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.mongo.collections import ITEMS
from inventory_svc.mongo.reference_documents import item_from_document
from inventory_svc.ports import ItemsWanted
from service_kit.storage.database import Database, Document


class MongoCatalogue:
    """Reads of the items."""

    def __init__(self, database: Database) -> None:
        self._items = database.collection(ITEMS.name)

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give the items that exist, by SKU, in one read."""
        found = await self._items.find({"_id": {"$in": list(skus)}})
        return {document["_id"]: item_from_document(document) for document in found}

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that exist; the index alone answers."""
        found = await self._items.find({"_id": {"$in": list(skus)}}, projection={"_id": 1})
        return frozenset(document["_id"] for document in found)

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
