"""Packing the positions into one document for each item, as the log tells of their changes.

One process at a time packs, by a lease. Each document is guarded by its revision, and what is put
into it is read after it: so of two packers, one of them late, neither undoes what the other did.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice

import structlog

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.shelves import NOTHING, Shelves
from inventory_svc.mongo.collections import ITEMS, PACKED_STOCK, PACKING
from inventory_svc.mongo.packed_documents import item_of, packed_identifier, packed_to_document
from inventory_svc.mongo.shelf_reads import ItemKey, ShelfReads
from inventory_svc.mongo.stock_news import NewsLost, StockNews
from service_kit.messaging.bus import BusUnavailable
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.leases import Lease, Leases
from service_kit.runtime.steps import to_its_end
from service_kit.storage.database import (
    BulkWriteError,
    Contended,
    Database,
    Document,
    DuplicateKey,
    InsertOne,
    ReplaceOne,
    StorageError,
)

PACKING_DOCUMENT = "stock"
LEASE = timedelta(seconds=6)
SAVE_EVERY_SECONDS = 1.0
ITEMS_AT_ONCE = 50
ATTEMPTS = 10
_PAUSE_SECONDS = 1.0
_DUPLICATE = 11000

_log = structlog.get_logger(__name__)


class Superseded(Exception):
    """Another process packs by now, or it was asked to pack everything anew."""


class Packer:
    """The packing of one process; it waits for as long as another one packs."""

    def __init__(self, database: Database, log: EventLog, owner: str) -> None:
        self._database = database
        self._reads = ShelfReads(database)
        self._packed = database.collection(PACKED_STOCK.name)
        self._packing = database.collection(PACKING.name)
        self._items = database.collection(ITEMS.name)
        self._leases = Leases(database)
        self._news = StockNews(database, log)
        self._log = log
        self._owner = owner
        self._saved_at = 0.0
        self._renewed_at = 0.0

    async def run(self) -> None:
        """Pack until cancelled, whenever nobody else does."""
        while True:
            try:
                lease = await self._leases.acquire("stock/packing", self._owner, LEASE)
                if lease is not None:
                    await self._pack_under(lease)
            except (BusUnavailable, StorageError, Contended, Superseded) as error:
                _log.info("stock_packing.interrupted", error=repr(error))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _pack_under(self, lease: Lease) -> None:
        try:
            async with self._log.followed():
                await self._begin(lease)
                while True:
                    await to_its_end(self.pack_news(lease))
        except NewsLost:
            _log.warning("stock_packing.news_lost")
            await pack_anew(self._database)
        finally:
            await self._leases.release(lease)

    async def _begin(self, lease: Lease) -> None:
        """Go on where the last packer came to, or pack everything."""
        self._renewed_at = asyncio.get_running_loop().time()
        standing = await self._packing.find_one_and_update(
            {"_id": PACKING_DOCUMENT, "fence": {"$lte": lease.fence}},
            {"$set": {"fence": lease.fence}},
        )
        if standing is not None:
            await self._news.begin(tuple(standing["after"]))
            return
        await self._news.begin()
        await self._pack_everything(lease)
        document: Document = {"_id": PACKING_DOCUMENT, "fence": lease.fence, "schemaVersion": 1}
        document |= {"after": list(self._news.after), "passedOn": None}
        try:
            await self._packing.insert_one(document)
        except DuplicateKey:
            raise Superseded from None

    async def pack_news(self, lease: Lease) -> None:
        """Pack what is new; then say how far that is."""
        seen = await self._news.next(SAVE_EVERY_SECONDS)
        await self.pack({sighting.position for sighting in seen})
        now = asyncio.get_running_loop().time()
        if now - self._renewed_at > LEASE.total_seconds() / 3:
            await self._renew(lease)
        if seen or now - self._saved_at > SAVE_EVERY_SECONDS:
            await self._save(lease)
            self._saved_at = now

    async def pack(self, keys: Iterable[PositionKey]) -> None:
        """Put positions, as they are now, into the documents of their items."""
        changed: dict[ItemKey, list[PositionKey]] = {}
        for key in keys:
            changed.setdefault(item_of(key), []).append(key)
        waiting = iter(changed.items())
        while some := dict(islice(waiting, ITEMS_AT_ONCE)):
            await self._pack_some(some)

    async def _pack_some(self, changed: Mapping[ItemKey, Sequence[PositionKey]]) -> None:
        for _ in range(ATTEMPTS):
            packed = await self._reads.packed(list(changed))
            shelves = await self._reads.of_positions(
                key for keys in changed.values() for key in keys
            )
            made = {
                item: packed.get(item, (NOTHING, 0))[0].with_shelves(
                    {key.location: shelves[key] for key in keys if key in shelves}
                )
                for item, keys in changed.items()
            }
            if await self._write(made, {item: revision for item, (_, revision) in packed.items()}):
                return
        raise Superseded

    async def _pack_everything(self, lease: Lease) -> None:
        last = ""
        while page := await self._items.find(
            {"_id": {"$gt": last}}, projection=["_id"], sort=(("_id", 1),), limit=ITEMS_AT_ONCE
        ):
            last = page[-1]["_id"]
            await self._renew(lease)
            items = [(each["_id"], condition) for each in page for condition in Condition]
            for _ in range(ATTEMPTS):
                packed = await self._reads.packed(items)
                found = await self._reads.of_items(items)
                revisions = {item: revision for item, (_, revision) in packed.items()}
                made = {item: each for item, each in found.items() if each or item in packed}
                if await self._write(made, revisions):
                    break
            else:
                raise Superseded

    async def _write(
        self, made: Mapping[ItemKey, Shelves], revisions: Mapping[ItemKey, int]
    ) -> bool:
        """Write documents; False if another was first at some of them."""
        writes = [_guarded(item, each, revisions.get(item)) for item, each in made.items()]
        if not writes:
            return True
        try:
            result = await self._packed.bulk_write(writes)
        except BulkWriteError as error:
            if any(each["code"] != _DUPLICATE for each in error.details["writeErrors"]):
                raise
            return False
        return result is not None and (result.matched_count + result.inserted_count == len(writes))

    async def _renew(self, lease: Lease) -> None:
        if not await self._leases.renew(lease, LEASE):
            raise Superseded
        self._renewed_at = asyncio.get_running_loop().time()

    async def _save(self, lease: Lease) -> None:
        change: Document = {"after": list(self._news.after)}
        if self._news.confirmed_on is not None:
            change["passedOn"] = self._news.confirmed_on
        result = await self._packing.update_one(
            {"_id": PACKING_DOCUMENT, "fence": lease.fence}, {"$set": change}
        )
        if result.matched_count == 0:
            raise Superseded


async def pack_anew(database: Database) -> None:
    """Have the packer, wherever it runs, pack everything anew."""
    await database.collection(PACKING.name).delete_one({"_id": PACKING_DOCUMENT})


def _guarded(
    item: ItemKey, shelves: Shelves, revision: int | None
) -> InsertOne[Document] | ReplaceOne[Document]:
    if revision is None:
        return InsertOne(packed_to_document(*item, shelves, 1))
    document = packed_to_document(*item, shelves, revision + 1)
    return ReplaceOne({"_id": packed_identifier(*item), "revision": revision}, document)
