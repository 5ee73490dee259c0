"""Telling that the rules have changed what can be sold of items: one event for each item.

An item's document counts what was told of it, and names the changeover that was told last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from inventory_svc.domain.alerts.alert import ALERT_WORK
from inventory_svc.domain.rules.changeover import (
    CHANGEOVER_WORK,
    COUNTS_EVERYWHERE_AFTER,
    NumbersChanged,
)
from inventory_svc.domain.stock.crossings import sections_of_rules
from inventory_svc.mongo.collections import RULE_NEWS
from inventory_svc.mongo.retries import until_no_duplicate
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.entity_events import Cause, entity_event
from service_kit.messaging.envelope import EntityRef, Event, text_of
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, Document, ReplaceOne, Session
from service_kit.storage.schema_versions import Upcasts

NEWS_UPCASTS = Upcasts(current=1)
EVENT: Final = "itemRulesChanged"
_ACTOR: Final = "inventory"


async def schedule_changeover(
    session: Session, due_work: DueWork, at: datetime, after: str | None = None
) -> None:
    """Have a page of what a changeover changes told, once it counts everywhere."""
    identifier = derived_identifier(CHANGEOVER_WORK, text_of(at), after or "")
    payload = {"at": text_of(at), "after": after}
    due_at = at + COUNTS_EVERYWHERE_AFTER
    await due_work.schedule(session, DueItem(identifier, CHANGEOVER_WORK, due_at, payload))


class MongoRuleNews:
    """Writes what is told of items, each changeover once."""

    def __init__(self, database: Database, outbox: Outbox, due_work: DueWork, clock: Clock) -> None:
        self._database = database
        self._news = database.collection(RULE_NEWS.name)
        self._outbox = outbox
        self._due_work = due_work
        self._clock = clock

    async def tell(self, changed: NumbersChanged, next_after: str | None) -> None:
        """Tell of these items, and have those after one looked at, in one transaction."""

        async def write(session: Session) -> None:
            known = await self._known(sorted(changed.channels), session)
            untold = [
                sku
                for sku in sorted(changed.channels)
                if sku not in known or known[sku]["told"] != changed.name
            ]
            if untold:
                await self._write(untold, known, changed, session)
            if next_after is not None:
                await schedule_changeover(session, self._due_work, changed.at, next_after)

        await until_no_duplicate(lambda: self._database.transaction(write))

    async def _known(self, skus: Sequence[str], session: Session) -> Mapping[str, Document]:
        found = await self._news.find({"_id": {"$in": skus}}, session=session) if skus else []
        return {document["_id"]: NEWS_UPCASTS.upcast(document) for document in found}

    async def _write(
        self,
        skus: Sequence[str],
        known: Mapping[str, Document],
        changed: NumbersChanged,
        session: Session,
    ) -> None:
        versions = {sku: known[sku]["version"] + 1 if sku in known else 1 for sku in skus}
        documents = [
            NEWS_UPCASTS.stamp({"_id": sku, "version": versions[sku], "told": changed.name})
            for sku in skus
        ]
        writes = [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents]
        await self._news.bulk_write(writes, session=session)
        now = self._clock.now()
        events = [_event(sku, version, changed, now) for sku, version in versions.items()]
        await self._outbox.append(session, events)
        identifier = derived_identifier(ALERT_WORK, changed.name, *skus)
        item = DueItem(identifier, ALERT_WORK, now, {"skus": list(skus)})
        await self._due_work.schedule(session, item)


def _event(sku: str, version: int, changed: NumbersChanged, now: datetime) -> Event:
    channels = changed.channels[sku]
    return entity_event(
        EVENT,
        EntityRef("ItemRules", sku),
        version,
        Cause(_ACTOR, f"rules:{changed.version}", now),
        tuple(f"channel:{code}" for code in channels),
        {},
        sections_of_rules(sku, changed.version, channels, changed.in_public.get(sku, ())),
    )
