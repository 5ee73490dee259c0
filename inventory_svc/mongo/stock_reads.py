"""Reading the stock as last committed."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.availability.share_draw import ShareDraw
from inventory_svc.domain.stock.declarations import Place, Window
from inventory_svc.domain.stock.inbound.supply import InboundSupply, by_date
from inventory_svc.domain.stock.movement import Movement, movement_identifier
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.mongo.collections import (
    INBOUND_SUPPLIES,
    MOVEMENTS,
    POSITIONS,
    RESERVATIONS,
    SHARE_DRAWS,
)
from inventory_svc.mongo.inbound_documents import inbound_from_document
from inventory_svc.mongo.stock_documents import (
    draw_from_document,
    movement_from_document,
    position_from_document,
    position_key,
    reservation_from_document,
)
from inventory_svc.ports.stock import CountedPosition
from service_kit.storage.database import Collection, Database, Document, Session

_BEYOND = 10**12
"""Larger than the number of any movement."""


class MongoStockReads:
    """Positions, ledger and reservations, majority committed; or as one transaction sees them."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        self._session = session
        self._turn = nullcontext() if session is None else asyncio.Lock()
        self._positions = database.collection(POSITIONS.name)
        self._movements = database.collection(MOVEMENTS.name)
        self._reservations = database.collection(RESERVATIONS.name)
        self._inbound = database.collection(INBOUND_SUPPLIES.name)
        self._draws = database.collection(SHARE_DRAWS.name)

    async def _find(self, collection: Collection, query: Document, **how: Any) -> list[Document]:
        """Find; a transaction asks one thing after the other."""
        async with self._turn:
            return await collection.find(query, session=self._session, **how)

    async def positions_of(
        self, skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        """Give all positions of the SKUs in one read, by SKU, condition and location."""
        wanted: Document = {"sku": {"$in": list(skus)}}
        if condition is not None:
            wanted["condition"] = condition.value
        sort = (("sku", 1), ("condition", 1), ("location", 1))
        found = await self._find(self._positions, wanted, sort=sort)
        return [position_from_document(document) for document in found]

    async def positions(self, keys: Sequence[PositionKey]) -> Mapping[PositionKey, Position]:
        """Give the positions that exist, by key."""
        wanted = {"_id": {"$in": [key.identifier for key in keys]}}
        found = map(position_from_document, await self._find(self._positions, wanted))
        return {position.key: position for position in found}

    async def in_stock_at(
        self, location: str, after: PositionKey | None, limit: int
    ) -> Sequence[CountedPosition]:
        """Give the positions of a location of which anything is on hand, by name, after one."""
        wanted: Document = {"location": location, "onHand": {"$gt": 0}}
        if after is not None:
            wanted["_id"] = {"$gt": after.identifier}
        found = await self._find(
            self._positions, wanted, projection=["countedAt"], sort=(("_id", 1),), limit=limit
        )
        return [CountedPosition(position_key(each["_id"]), each["countedAt"]) for each in found]

    async def reservations(self, identifiers: Sequence[str]) -> Mapping[str, Reservation]:
        """Give the reservations that exist, by identifier."""
        found = await self._find(self._reservations, {"_id": {"$in": list(identifiers)}})
        return {document["_id"]: reservation_from_document(document) for document in found}

    async def draws_of(self, skus: Sequence[str]) -> Sequence[ShareDraw]:
        """Give everything that was drawn of the SKUs under shares, in one read."""
        found = await self._find(self._draws, {"sku": {"$in": list(skus)}})
        return [draw_from_document(document) for document in found]

    async def uncounted_draws_of(self, skus: Sequence[str]) -> Sequence[ShareDraw]:
        """Give what was drawn of the SKUs, without shipments that were counted since."""
        draws = await self.draws_of(skus)
        left_from = frozenset[PositionKey]().union(*(draw.left_from for draw in draws))
        if not left_from:
            return draws
        first = min(row.at for draw in draws for row in draw.shipped)
        wanted = {
            "_id": {"$in": [key.identifier for key in left_from]},
            "countedAt": {"$gte": first},
        }
        found = await self._find(self._positions, wanted, projection=["countedAt"])
        counted = {position_key(each["_id"]): each["countedAt"] for each in found}
        return [draw.uncounted(counted.get) for draw in draws]

    async def inbound_of(self, skus: Sequence[str]) -> Sequence[InboundSupply]:
        """Give what is still to come of the SKUs, by SKU and date, in one read."""
        found = await self._find(self._inbound, {"sku": {"$in": list(skus)}, "live": True})
        return by_date(map(inbound_from_document, found))

    async def movements_after(
        self, skus: Sequence[str], moment: datetime, limit: int
    ) -> Sequence[Movement]:
        """Give what was written into the ledger of the SKUs after a moment, so many at most."""
        wanted: Document = {"sku": {"$in": list(skus)}, "occurredAt": {"$gt": moment}}
        found = await self._find(self._movements, wanted, limit=limit)
        return [movement_from_document(each) for each in found]

    async def movements(
        self, position: PositionKey, before: int | None, limit: int
    ) -> Sequence[Movement]:
        """Give the ledger of a position, newest first, before one of its numbers."""
        wanted = {
            "_id": {
                "$gte": movement_identifier(position, 0),
                "$lt": movement_identifier(position, _BEYOND - 1 if before is None else before),
            }
        }
        found = await self._find(self._movements, wanted, sort=(("_id", -1),), limit=limit)
        return [movement_from_document(document) for document in found]

    async def declarations(
        self, windows: Sequence[Window], after: Place | None, limit: int
    ) -> Sequence[Movement]:
        """Give what locations declared in their windows, in the order of places, after one."""
        wanted: Document = {
            "$or": [
                {
                    "declaredBy": {"$in": list(locations)},
                    "occurredAt": {"$gte": since, "$lt": until},
                }
                for locations, since, until in windows
            ]
        }
        if after is not None:
            wanted = {"$and": [wanted, _behind(after)]}
        sort = (("declaredBy", 1), ("occurredAt", 1), ("_id", 1))
        found = await self._find(self._movements, wanted, sort=sort, limit=limit)
        return [movement_from_document(document) for document in found]


def _behind(place: Place) -> Document:
    location, at, movement = place
    return {
        "$or": [
            {"declaredBy": {"$gt": location}},
            {"declaredBy": location, "occurredAt": {"$gt": at}},
            {"declaredBy": location, "occurredAt": at, "_id": {"$gt": movement}},
        ]
    }
