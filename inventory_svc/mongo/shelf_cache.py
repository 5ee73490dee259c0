"""The shelves that this process has at hand, and how fresh they are.

Nothing is thrown away by time: what the log says has changed is read anew when it is next asked
for. An answer is as fresh as the moment up to which the log is known; when that is too long ago,
nothing is given, and the caller reads the positions.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import timedelta
from math import inf
from typing import NamedTuple

import structlog

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.availability.totals import PackedItem, packed_item
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.shelves import NOTHING, Shelf, Shelves
from inventory_svc.mongo.collections import PACKING
from inventory_svc.mongo.packed_documents import item_of
from inventory_svc.mongo.packer import PACKING_DOCUMENT
from inventory_svc.mongo.shelf_reads import ItemKey, ShelfReads
from inventory_svc.mongo.stock_news import ASK_EVERY_SECONDS, NEVER, NewsLost, StockNews
from inventory_svc.ports.stock import FreshItems
from service_kit.messaging.bus import BusUnavailable
from service_kit.messaging.event_log import EventLog
from service_kit.runtime.clock import Clock
from service_kit.runtime.steps import to_its_end
from service_kit.storage.database import Contended, Database, StorageError

FRESH_FOR_SECONDS = 0.5
PATIENCE_SECONDS = 0.3
"""How long a question waits until that is known, rather than read the positions."""
ASKED_FOR_SECONDS = 5.0
"""For how long after a question the log is confirmed, so that the next one finds it so."""
PACKED_ASKED_SECONDS = 1.0
"""How often it is asked how far the packing is; it may be behind by what is remembered."""
REMEMBERED_SECONDS = 10.0
CLOCKS_DIFFER_BY_SECONDS = 3.0
MOST_REMEMBERED = 200_000
MOST_ROWS = 4_000_000
ROWS_OF_AN_ITEM = 50
"""What an item weighs beside its rows."""
_PAUSE_SECONDS = 0.5

_log = structlog.get_logger(__name__)


class _Change(NamedTuple):
    position: PositionKey
    version: int
    at: float


class _Entry:
    """One item: its shelves, and the versions that some of them must have by now."""

    __slots__ = ("awaited", "busy", "item")

    def __init__(self) -> None:
        self.item: PackedItem | None = None
        self.awaited: dict[str, int] = {}
        self.busy: asyncio.Future[None] | None = None

    @property
    def is_stale(self) -> bool:
        return self.item is None or bool(self.awaited)

    @property
    def weight(self) -> int:
        return ROWS_OF_AN_ITEM + (0 if self.item is None else len(self.item.shelves))

    def put(self, shelves: Shelves) -> None:
        """Keep these shelves, and wait only for what is newer."""
        self.item = packed_item(shelves)
        self.awaited = {
            location: version
            for location, version in self.awaited.items()
            if shelves.version_of(location) < version
        }


class ShelfCache:
    """Items at hand; `run` keeps them fresh, and without it nothing is ever given."""

    def __init__(
        self, database: Database, log: EventLog, clock: Clock, *, most_rows: int = MOST_ROWS
    ) -> None:
        self._reads = ShelfReads(database)
        self._packing = database.collection(PACKING.name)
        self._news = StockNews(database, log)
        self._log = log
        self._clock = clock
        self._most_rows = most_rows
        self._rows = 0
        self._entries: OrderedDict[ItemKey, _Entry] = OrderedDict()
        self._recent: dict[ItemKey, dict[str, int]] = {}
        self._changes: deque[_Change] = deque()
        self._remembers_since = NEVER
        self._packed_until = NEVER
        self._packed_asked_at = NEVER
        self._confirmed_at = NEVER
        self._asked_at = NEVER
        self._is_following = False
        self._is_hearing = False
        self._confirmation = asyncio.Event()

    async def run(self) -> None:
        """Follow the log until cancelled."""
        try:
            async with self._log.followed():
                while True:
                    await self._follow()
        finally:
            self._confirmed_at, self._is_following, self._is_hearing = NEVER, False, False

    def saw(self, position: PositionKey, version: int) -> None:
        """Hear that a position has this version by now, from whomever."""
        if not self._is_following:
            return
        item = item_of(position)
        entry = self._entries.get(item)
        if entry is not None and (
            entry.item is None or entry.item.shelves.version_of(position.location) < version
        ):
            entry.awaited[position.location] = max(version, entry.awaited.get(position.location, 0))
        recent = self._recent.setdefault(item, {})
        recent[position.location] = max(version, recent.get(position.location, 0))
        self._changes.append(_Change(position, version, self._now()))

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems | None:
        """Give items and when they were so; None when that is not known well enough."""
        patience = PATIENCE_SECONDS if waits else 0
        return await self._fresh(skus, condition, FRESH_FOR_SECONDS, patience)

    async def present(self, skus: Collection[str], condition: Condition) -> FreshItems | None:
        """Give items in which no commit is missing that came before; None if that is not known."""
        return await self._fresh(skus, condition, 0, PATIENCE_SECONDS)

    async def _fresh(
        self, skus: Collection[str], condition: Condition, seconds: float, patience: float
    ) -> FreshItems | None:
        """Give items as they were so many seconds ago, or later."""
        self._asked_at = self._now()
        if not await self._is_confirmed_since(self._asked_at - seconds, patience):
            return None
        as_of = self._clock.now() - timedelta(seconds=self._now() - self._confirmed_at)
        entries = {sku: self._entry((sku, condition)) for sku in skus}
        await self._freshen({(sku, condition): each for sku, each in entries.items()})
        self._make_room()
        items = {sku: entry.item for sku, entry in entries.items() if entry.item is not None}
        return FreshItems(items, as_of) if len(items) == len(entries) else None

    async def _is_confirmed_since(self, moment: float, patience: float) -> bool:
        """Whether the log is known up to a moment; ask for that, if need be, and wait a little."""
        latest = self._now() + patience
        while self._confirmed_at < moment:
            left = latest - self._now()
            if left <= 0 or not self._is_hearing:
                return False
            self._news.wake()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._confirmation.wait(), left)
        return True

    def _confirm(self, confirmed_at: float) -> None:
        self._confirmed_at = confirmed_at
        self._confirmation.set()
        self._confirmation = asyncio.Event()

    def _entry(self, key: ItemKey) -> _Entry:
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
            self._rows += entry.weight
        else:
            self._entries.move_to_end(key)
        return entry

    async def _freshen(self, entries: Mapping[ItemKey, _Entry]) -> None:
        """Read what is stale; what another reads already is waited for, and then looked at."""
        waiting = {key: entry for key, entry in entries.items() if entry.is_stale}
        while waiting:
            mine = {key: entry for key, entry in waiting.items() if entry.busy is None}
            others = {key: entry for key, entry in waiting.items() if key not in mine}
            if mine:
                await self._read(mine)
            busy = [entry.busy for entry in others.values() if entry.busy is not None]
            if busy:
                await asyncio.wait(busy)
            waiting = {key: entry for key, entry in others.items() if entry.is_stale}

    async def _read(self, entries: Mapping[ItemKey, _Entry]) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for entry in entries.values():
            entry.busy = done
        try:
            await self._read_whole(
                {key: each for key, each in entries.items() if each.item is None}
            )
            await self._read_changes(entries)
        finally:
            done.set_result(None)
            for entry in entries.values():
                entry.busy = None

    async def _read_whole(self, entries: Mapping[ItemKey, _Entry]) -> None:
        """Read items that are not at hand: packed, if the packing is near enough, or not."""
        if not entries:
            return
        if self._packed_until < self._remembers_since:
            for key, shelves in (await self._reads.of_items(list(entries))).items():
                self._put(key, entries[key], shelves)
            return
        recent = {key: dict(self._recent.get(key, ())) for key in entries}
        packed = await self._reads.packed(list(entries))
        for key, entry in entries.items():
            shelves = packed[key][0] if key in packed else NOTHING
            self._put(key, entry, shelves)
            for location, version in recent[key].items():
                if shelves.version_of(location) < version:
                    entry.awaited[location] = max(version, entry.awaited.get(location, 0))

    async def _read_changes(self, entries: Mapping[ItemKey, _Entry]) -> None:
        keys = [
            PositionKey(sku, location, condition)
            for (sku, condition), entry in entries.items()
            for location in entry.awaited
        ]
        if not keys:
            return
        changed: dict[ItemKey, dict[str, Shelf]] = {}
        for position, shelf in (await self._reads.of_positions(keys)).items():
            changed.setdefault(item_of(position), {})[position.location] = shelf
        for key, shelves in changed.items():
            known = entries[key].item
            if known is not None:
                self._put(key, entries[key], known.shelves.with_shelves(shelves))

    def _put(self, key: ItemKey, entry: _Entry, shelves: Shelves) -> None:
        before = entry.weight
        entry.put(shelves)
        if self._entries.get(key) is entry:  # it may have had to make room meanwhile
            self._rows += entry.weight - before

    def _make_room(self) -> None:
        """Forget what was asked for longest ago."""
        while self._rows > self._most_rows and len(self._entries) > 1:
            _, entry = self._entries.popitem(last=False)
            self._rows -= entry.weight

    async def _follow(self) -> None:
        try:
            await self._begin()
            while True:
                await to_its_end(self._hear())
        except (BusUnavailable, StorageError, Contended) as error:
            # Nobody waits for what will not come; those who wait already are let go.
            self._is_hearing = False
            self._confirm(self._confirmed_at)
            _log.warning("shelf_cache.news_unavailable", error=repr(error))
            await asyncio.sleep(_PAUSE_SECONDS)
        except NewsLost:
            _log.info("shelf_cache.news_lost")

    async def _begin(self) -> None:
        """Follow from here on, with nothing at hand."""
        self._confirmed_at = NEVER
        await self._news.begin()
        self._entries, self._rows = OrderedDict(), 0
        self._recent.clear()
        self._changes.clear()
        self._remembers_since = self._now()
        self._packed_until = self._packed_asked_at = NEVER
        self._is_following = True

    async def _hear(self) -> None:
        is_asked = self._now() - self._asked_at < ASKED_FOR_SECONDS
        for sighting in await self._news.next(ASK_EVERY_SECONDS if is_asked else inf):
            self.saw(sighting.position, sighting.version)
        self._is_hearing = True
        if self._news.confirmed_at > self._confirmed_at:
            if self._now() - self._packed_asked_at >= PACKED_ASKED_SECONDS:
                await self._ask_packed_until()
            self._confirm(self._news.confirmed_at)
        self._forget_old_changes()

    async def _ask_packed_until(self) -> None:
        """Learn up to when the packing is known to be whole, in the seconds of this process."""
        now = self._packed_asked_at = self._now()
        found = await self._packing.aggregate(
            [
                {"$match": {"_id": PACKING_DOCUMENT, "passedOn": {"$ne": None}}},
                {"$project": {"age": {"$subtract": ["$$NOW", "$passedOn"]}}},
            ]
        )
        age = found[0]["age"] / 1000 if found else inf
        self._packed_until = now - age - CLOCKS_DIFFER_BY_SECONDS

    def _forget_old_changes(self) -> None:
        oldest = self._now() - REMEMBERED_SECONDS
        while self._changes and (
            self._changes[0].at < oldest or len(self._changes) > MOST_REMEMBERED
        ):
            position, version, at = self._changes.popleft()
            self._remembers_since = max(self._remembers_since, at)
            recent = self._recent.get(item_of(position), {})
            if recent.get(position.location) == version:
                del recent[position.location]
                if not recent:
                    del self._recent[item_of(position)]

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
