"""What follows an import that changes the network: everybody looks at what it changes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from inventory_svc.domain.alerts.alert import ALERT_ITEMS_WORK, ALERT_RULE_WORK
from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.source import SILENCE_WORK, StockSource
from inventory_svc.mongo.collections import NETWORK_VERSION
from inventory_svc.mongo.network import VERSION_DOCUMENT, MongoNetwork
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, Session

KNOWN_EVERYWHERE_AFTER = timedelta(seconds=1)
"""By then no process goes by the network as it was before."""

MOVED_AT_ONCE = 100
"""Items that one piece of work looks at when they have moved to another category."""

NetworkChanges: TypeAlias = Callable[
    [Session, Sequence[object], Mapping[str, object]], Awaitable[None]
]
"""Follows a change of records of the network in its transaction."""


def network_changes(database: Database, network: MongoNetwork) -> NetworkChanges:
    """Give what follows every change: the network's version counts up, this process looks."""
    versions = database.collection(NETWORK_VERSION.name)

    async def count(
        session: Session, _changed: Sequence[object], _before: Mapping[str, object]
    ) -> None:
        change = {"$inc": {"version": 1}, "$set": {"schemaVersion": 1}}
        await versions.update_one({"_id": VERSION_DOCUMENT}, change, upsert=True, session=session)
        database.after_commit(session, network.forget)

    return count


def source_changes(
    count: NetworkChanges, due_work: DueWork, clock: Clock
) -> Callable[[Session, Sequence[StockSource], Mapping[str, StockSource]], Awaitable[None]]:
    """Give what follows a change of sources: what they told may count for less or more now."""

    async def look(
        session: Session, changed: Sequence[StockSource], before: Mapping[str, StockSource]
    ) -> None:
        await count(session, changed, before)
        codes = sorted(source.code for source in changed)
        identifier = derived_identifier(SILENCE_WORK, "changed", *codes)
        due_at = clock.now() + KNOWN_EVERYWHERE_AFTER
        item = DueItem(identifier, SILENCE_WORK, due_at, {"sources": list(codes)})
        await due_work.schedule(session, item)

    return look


class MongoAlertRounds:
    """Goes through the items of rules that have changed, page by page, as pieces of due work."""

    def __init__(self, database: Database, due_work: DueWork, clock: Clock) -> None:
        self._database = database
        self._due_work = due_work
        self._clock = clock

    async def begin(self, session: Session, rule: str, due_at: datetime) -> None:
        """Have all items of a rule looked at, in the transaction that changes it."""
        await self._schedule(session, rule, None, due_at)

    async def go_on(self, rule: str, after: str) -> None:
        """Have the items of a rule looked at that follow one."""
        now = self._clock.now()
        await self._database.transaction(lambda session: self._schedule(session, rule, after, now))

    async def _schedule(
        self, session: Session, rule: str, after: str | None, due_at: datetime
    ) -> None:
        identifier = derived_identifier(ALERT_RULE_WORK, rule, after or "")
        item = DueItem(identifier, ALERT_RULE_WORK, due_at, {"rule": rule, "after": after})
        await self._due_work.schedule(session, item)


def alert_rule_changes(
    count: NetworkChanges, rounds: MongoAlertRounds, clock: Clock
) -> Callable[[Session, Sequence[StockAlertRule], Mapping[str, StockAlertRule]], Awaitable[None]]:
    """Give what follows a change of the rules of alerts: their items may run low already.

    Whoever moved the stock by an older network has asked nobody to look; by then all have.
    """

    async def assess(
        session: Session, changed: Sequence[StockAlertRule], before: Mapping[str, StockAlertRule]
    ) -> None:
        await count(session, changed, before)
        due_at = clock.now() + KNOWN_EVERYWHERE_AFTER
        for rule in changed:
            await rounds.begin(session, rule.code, due_at)

    return assess


def item_changes(
    due_work: DueWork, clock: Clock
) -> Callable[[Session, Sequence[Item], Mapping[str, Item]], Awaitable[None]]:
    """Give what follows a change of items: other alerts are about those of another category."""

    async def look(session: Session, changed: Sequence[Item], before: Mapping[str, Item]) -> None:
        moved = sorted(
            item.sku
            for item in changed
            if item.sku in before and before[item.sku].category != item.category
        )
        due_at = clock.now() + KNOWN_EVERYWHERE_AFTER
        for start in range(0, len(moved), MOVED_AT_ONCE):
            skus = moved[start : start + MOVED_AT_ONCE]
            identifier = derived_identifier(ALERT_ITEMS_WORK, *skus)
            work = DueItem(identifier, ALERT_ITEMS_WORK, due_at, {"skus": list(skus)})
            await due_work.schedule(session, work)

    return look
