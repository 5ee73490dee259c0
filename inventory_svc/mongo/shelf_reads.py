"""Shelves as the positions have them now, and as they were packed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.shelves import Shelf, Shelves
from inventory_svc.mongo.collections import PACKED_STOCK, POSITIONS
from inventory_svc.mongo.packed_documents import (
    SHELF_FIELDS,
    packed_from_document,
    packed_identifier,
    shelf_from_position,
)
from inventory_svc.mongo.stock_documents import position_key
from service_kit.storage.database import Database

ItemKey: TypeAlias = tuple[str, Condition]
"""An item in one condition."""


class ShelfReads:
    """Reads of many items at once, majority committed."""

    def __init__(self, database: Database) -> None:
        self._positions = database.collection(POSITIONS.name)
        self._packed = database.collection(PACKED_STOCK.name)

    async def of_positions(self, keys: Iterable[PositionKey]) -> Mapping[PositionKey, Shelf]:
        """Give the shelves of positions that exist, as they are now."""
        wanted = {"_id": {"$in": [key.identifier for key in keys]}}
        found = await self._positions.find(wanted, projection=SHELF_FIELDS)
        return {position_key(each["_id"]): shelf_from_position(each) for each in found}

    async def of_items(self, items: Sequence[ItemKey]) -> Mapping[ItemKey, Shelves]:
        """Give the shelves of items from all their positions."""
        wanted = {"$or": [{"sku": sku, "condition": condition.value} for sku, condition in items]}
        found = await self._positions.find(
            wanted, projection=("sku", "condition", "location", *SHELF_FIELDS)
        )
        shelves: dict[ItemKey, dict[str, Shelf]] = {item: {} for item in items}
        for each in found:
            item = each["sku"], Condition(each["condition"])
            shelves[item][each["location"]] = shelf_from_position(each)
        return {item: Shelves.of(rows) for item, rows in shelves.items()}

    async def packed(self, items: Sequence[ItemKey]) -> Mapping[ItemKey, tuple[Shelves, int]]:
        """Give the shelves of items that are packed, each with its revision."""
        names = {packed_identifier(*item): item for item in items}
        found = await self._packed.find({"_id": {"$in": list(names)}})
        return {
            names[each["_id"]]: (packed_from_document(each), each["revision"]) for each in found
        }
