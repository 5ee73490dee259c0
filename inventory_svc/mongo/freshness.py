"""When each source told of its stock last, and the alert about those that fell silent."""

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
    """One document per source; whoever looks at one writes its alert in the same transaction."""

    def __init__(
        self, database: Database, clock: Clock, alerts: MongoAlerts, due_work: DueWork
    ) -> None:
        self._database = database
        self._clock = clock
        self._alerts = alerts
        self._due_work = due_work
        self._told = database.collection(SOURCE_FRESHNESS.name)

    async def told(self, source: StockSource, as_of: datetime) -> None:
        """Take down that a source told of its stock as of a moment; an earlier one changes none."""

        async def write(session: Session) -> None:
            told_at = max(as_of, await self._told_at(source.code, session) or as_of)
            document: Document = {"_id": source.code, "toldAt": told_at}
            await self._told.replace_one(
                {"_id": source.code},
                FRESHNESS_UPCASTS.stamp(document),
                upsert=True,
                session=session,
            )
            await self._settle(source, told_at, session)

        await until_no_duplicate(lambda: self._database.transaction(write))

    async def look(self, source: StockSource) -> None:
        """Raise the alert of a source that fell silent; clear it when it told again."""

        async def write(session: Session) -> None:
            told_at = await self._told_at(source.code, session)
            if told_at is not None:
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

    async def _told_at(self, code: str, session: Session) -> datetime | None:
        found = await self._told.find_one({"_id": code}, session=session)
        return None if found is None else FRESHNESS_UPCASTS.upcast(found)["toldAt"]

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
            identifier = derived_identifier(SILENCE_WORK, source.code)
            item = DueItem(identifier, SILENCE_WORK, ends, {"sources": [source.code]})
            await self._due_work.schedule(session, item)
