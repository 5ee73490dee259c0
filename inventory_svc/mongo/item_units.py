"""What items count in; each keeps its unit for ever, so one that was seen is not read again."""

from collections.abc import Collection, Mapping

from inventory_svc.mongo.collections import ITEMS
from retail_kit.quantities import Unit
from service_kit.storage.database import Database, Session

MOST_REMEMBERED = 500_000


class ItemUnits:
    """The units of the items that were asked for."""

    def __init__(self, database: Database) -> None:
        self._items = database.collection(ITEMS.name)
        self._seen: dict[str, Unit] = {}

    async def of(self, skus: Collection[str], session: Session) -> Mapping[str, Unit]:
        """Give the units of those of the SKUs that exist."""
        unseen = sorted(sku for sku in skus if sku not in self._seen)
        if len(self._seen) + len(unseen) > MOST_REMEMBERED:
            self._seen.clear()
            unseen = sorted(skus)
        if unseen:
            wanted = {"_id": {"$in": unseen}}
            for found in await self._items.find(wanted, projection={"unit": 1}, session=session):
                self._seen[found["_id"]] = Unit(found.get("unit", Unit.PIECE))
        return {sku: self._seen[sku] for sku in skus if sku in self._seen}
