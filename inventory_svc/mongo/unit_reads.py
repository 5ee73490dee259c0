"""Reading the pieces with a serial number: for a commit inside its transaction, and for clients."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.unit import ON_HAND, UNJUDGED, SerialUnit, UnitState
from inventory_svc.mongo.collections import UNIT_STEPS, UNIT_TAGS, UNITS
from inventory_svc.mongo.unit_documents import (
    step_from_document,
    step_identifier,
    unit_from_document,
)
from inventory_svc.ports.units import GapsWanted, PiecesWanted
from service_kit.storage.database import Database, Document, Session

_BEYOND = 10**12 - 1
"""Larger than the number of any step."""


class MongoUnitReads:
    """The pieces as last committed, or as one transaction sees them."""

    def __init__(self, database: Database) -> None:
        self._units = database.collection(UNITS.name)
        self._steps = database.collection(UNIT_STEPS.name)
        self._tags = database.collection(UNIT_TAGS.name)

    async def units(
        self, serials: Collection[str], session: Session | None = None
    ) -> Mapping[str, SerialUnit]:
        """Give the pieces that exist, by serial."""
        if not serials:
            return {}
        found = await self._units.find({"_id": {"$in": sorted(serials)}}, session=session)
        return {document["_id"]: unit_from_document(document) for document in found}

    async def tags(
        self, codes: Collection[str], session: Session | None = None
    ) -> Mapping[str, str]:
        """Give the serials of the pieces that bear tags, by the tags' codes."""
        if not codes:
            return {}
        found = await self._tags.find({"_id": {"$in": sorted(codes)}}, session=session)
        return {document["_id"]: document["serial"] for document in found}

    async def free_at(
        self, key: PositionKey, now: datetime, limit: int, session: Session | None = None
    ) -> Sequence[SerialUnit]:
        """Give pieces of a position that are nobody's, in the order of their serial."""
        wanted: Document = {"position": key.identifier, **_nobodys(now)}
        found = await self._units.find(wanted, sort=(("_id", 1),), limit=limit, session=session)
        return [unit_from_document(document) for document in found]

    async def free_among(
        self, keys: Collection[PositionKey], now: datetime, limit: int, session: Session
    ) -> Sequence[SerialUnit]:
        """Give pieces of each of some positions as `free_at` does, by one question.

        It looks at all the pieces that are free there.
        """
        identifiers = sorted(key.identifier for key in keys)
        first = {"$topN": {"n": limit, "sortBy": {"_id": 1}, "output": "$$ROOT"}}
        found = await self._units.aggregate(
            [
                {"$match": {"position": {"$in": identifiers}, **_nobodys(now)}},
                {"$group": {"_id": "$position", "free": first}},
                {"$unwind": "$free"},
                {"$replaceRoot": {"newRoot": "$free"}},
            ],
            session=session,
        )
        return [unit_from_document(document) for document in found]

    async def pieces(self, wanted: PiecesWanted) -> Sequence[SerialUnit]:
        """Give pieces of an item that are nobody's, in the order of their serial."""
        query: Document = {"sku": wanted.sku, **_nobodys(wanted.now)}
        query["position"] = {"$in": sorted(key.identifier for key in wanted.positions)}
        if wanted.most_uses is not None:
            query["uses"] = {"$not": {"$gt": wanted.most_uses}}
        if wanted.after is not None:
            query["_id"] = {"$gt": wanted.after}
        found = await self._units.find(query, sort=(("_id", 1),), limit=wanted.limit)
        return [unit_from_document(document) for document in found]

    async def gaps(self, wanted: GapsWanted) -> Sequence[SerialUnit]:
        """Give pieces that are gaps of a location, in the order of their serial."""
        read: Document = {
            "seen.location": wanted.location,
            "seen.at": {"$gte": wanted.since},
        }
        expected: Document = {
            "location": wanted.location,
            "state": {"$in": sorted(state.value for state in ON_HAND | UNJUDGED)},
        }
        query: Document = {"$or": [{**expected, "$nor": [read]}, {**read, "$nor": [expected]}]}
        if wanted.after is not None:
            query["_id"] = {"$gt": wanted.after}
        found = await self._units.find(query, sort=(("_id", 1),), limit=wanted.limit)
        return [unit_from_document(document) for document in found]

    async def history(self, serial: str, before: int | None, limit: int) -> Sequence[UnitStep]:
        """Give the steps of a piece, newest first, before one of their numbers."""
        last = _BEYOND if before is None else before
        place = {"$gte": step_identifier(serial, 0), "$lt": step_identifier(serial, last)}
        found = await self._steps.find({"_id": place}, sort=(("_id", -1),), limit=limit)
        return [step_from_document(document) for document in found]


def _nobodys(now: datetime) -> Document:
    """Select what nobody keeps: a claim ends whether that is written or not."""
    reserved = UnitState.RESERVED.value
    return {
        "$or": [
            {"state": UnitState.IN_STOCK.value},
            {"state": reserved, "claim.expiresAt": {"$ne": None, "$lte": now}},
        ]
    }
