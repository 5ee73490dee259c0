"""When each source told of its stock last, and the alert about those that fell silent."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime

from inventory_svc.domain.alerts.alert import AlertKind, StockAlert
from inventory_svc.domain.network.source import SILENCE_WORK, StockSource
from inventory_svc.mongo.alerts import MongoAlerts
from inventory_svc.mongo.collections import SOURCE_FRESHNESS
from inventory_svc.mongo.retries import until_no_duplicate
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, Document, Session
from service_kit.storage.schema_versions import Upcasts

FRESHNESS_UPCASTS = Upcasts(current=1)


class MongoFreshness:
    """One document per source, which any number of its feeds may write at the same time.

    The alert is written only when it is wrong: then whoever looks meets all that tell meanwhile.
    """

    def __init__(
        self, database: Database, clock: Clock, alerts: MongoAlerts, due_work: DueWork
    ) -> None:
        self._database = database
        self._clock = clock
        self._alerts = alerts
        self._due_work = due_work
        self._told = database.collection(SOURCE_FRESHNESS.name)
        self._turn = asyncio.Lock()

    async def told(self, source: StockSource, as_of: datetime) -> None:
        """Take down that a source told of its stock as of a moment; an earlier one changes none."""
        change: Document = {"$max": {"toldAt": as_of}, "$set": FRESHNESS_UPCASTS.stamp({})}

        async def write() -> Document | None:
            return await self._told.find_one_and_update({"_id": source.code}, change, upsert=True)

        found = await until_no_duplicate(write)
        told_at = as_of if found is None else found["toldAt"]
        if await self._is_settled(source, told_at):
            return
        async with self._turn:
            if not await self._is_settled(source, told_at):
                await self.look(source)

    async def look(self, source: StockSource) -> None:
        """Raise the alert of a source that fell silent; clear it when it told again."""

        async def write(session: Session) -> None:
            # Counted, so that it meets whoever tells of the source at the same time.
            found = await self._told.find_one_and_update(
                {"_id": source.code}, {"$inc": {"looks": 1}}, session=session
            )
            if found is not None:
                told_at = FRESHNESS_UPCASTS.upcast(found)["toldAt"]
                await self._settle(source, told_at, session)

        await until_no_duplicate(lambda: self._database.transaction(write))

    async def silent(self, sources: Iterable[StockSource], now: datetime) -> Mapping[str, datetime]:
        """Give when those told last that may have been silent for too long."""
        limits = [source.fresh_for for source in sources if source.fresh_for is not None]
        if not limits:
            return {}
        found = await self._told.find({"toldAt": {"$lte": now - min(limits)}})
        return {document["_id"]: document["toldAt"] for document in found}

    async def told_at(self, codes: Iterable[str]) -> Mapping[str, datetime]:
        """Give when sources told last; those that never did are left out."""
        found = await self._told.find({"_id": {"$in": list(codes)}})
        return {document["_id"]: document["toldAt"] for document in found}

    async def _is_settled(self, source: StockSource, told_at: datetime) -> bool:
        """Whether the alert is as it should be, and will be looked at when it may be otherwise."""
        alert = await self._alerts.find(StockAlert(AlertKind.STALE_SOURCE, source.code))
        is_stale = source.stale_since(told_at, self._clock.now()) is not None
        if alert.is_raised != is_stale:
            return False
        if is_stale or source.fresh_for is None:
            return True
        item = await self._due_work.find(_look_at(source))
        return item is not None and item.attempts == 0

    async def _settle(self, source: StockSource, told_at: datetime, session: Session) -> None:
        """Write the alert as it is now, and look again when it may be otherwise."""
        now, ends = self._clock.now(), source.stale_from(told_at)
        before = await self._alerts.find(StockAlert(AlertKind.STALE_SOURCE, source.code), session)
        is_stale = source.stale_since(told_at, now) is not None
        after = before
        if is_stale and not before.is_raised:
            after = before.raised(now)
        elif not is_stale and before.is_raised:
            after = before.cleared(now)
        await self._alerts.save(before, after, now, session)
        if ends is not None and not is_stale:
            item = DueItem(_look_at(source), SILENCE_WORK, ends, {"sources": [source.code]})
            await self._due_work.schedule(session, item)


def _look_at(source: StockSource) -> str:
    """Name the look at a source that is due when what it told may be too old."""
    return derived_identifier(SILENCE_WORK, source.code)
