"""What files leave out that are the whole truth, in MongoDB: a document for each page."""

from collections.abc import Sequence

from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import UNNAMED_POSITIONS
from inventory_svc.mongo.stock_documents import position_key
from inventory_svc.ports.feeds import Listing
from service_kit.storage.database import Database, Document
from service_kit.storage.schema_versions import Upcasts

PAGE_UPCASTS = Upcasts(current=1)
_PAGE_DIGITS = 9


class MongoUnnamedPositions:
    """Pages of positions, in the order in which they will be set to zero."""

    def __init__(self, database: Database) -> None:
        self._pages = database.collection(UNNAMED_POSITIONS.name)

    async def keep(self, listing: Listing, page: int, positions: Sequence[PositionKey]) -> None:
        """Write a page; the same page again changes nothing."""
        document: Document = {
            "_id": _name(listing, page),
            "positions": [key.identifier for key in positions],
        }
        document = PAGE_UPCASTS.stamp(document)
        await self._pages.replace_one({"_id": document["_id"]}, document, upsert=True)

    async def page(self, listing: Listing, page: int) -> Sequence[PositionKey]:
        """Give a page."""
        found = await self._pages.find_one({"_id": _name(listing, page)})
        return [] if found is None else [position_key(each) for each in _positions(found)]

    async def forget(self, feed: str) -> None:
        """Delete all that was listed for a file."""
        begins = f"{feed}{SEPARATOR}"
        await self._pages.delete_many({"_id": {"$gte": begins, "$lt": f"{begins}\uffff"}})


def _positions(document: Document) -> Sequence[str]:
    positions: Sequence[str] = PAGE_UPCASTS.upcast(document)["positions"]
    return positions


def _name(listing: Listing, page: int) -> str:
    return SEPARATOR.join((*listing, f"{page:0{_PAGE_DIGITS}}"))
