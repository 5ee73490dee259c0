"""What follows an import that changes the network: everybody looks at what it changes."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeAlias

from inventory_svc.domain.alerts.alert import ALERT_WORK
from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.network.source import SILENCE_WORK, StockSource
from inventory_svc.mongo.collections import NETWORK_VERSION
from inventory_svc.mongo.network import VERSION_DOCUMENT, MongoNetwork
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, Session

KNOWN_EVERYWHERE_AFTER = timedelta(seconds=1)
"""By then no process goes by the network as it was before."""
ITEMS_AT_ONCE = 250
"""Items that one work looks at when their rules have changed."""

NetworkChanges: TypeAlias = Callable[[Session, Sequence[object]], Awaitable[None]]
"""Follows a change of records of the network in its transaction."""


def network_changes(database: Database, network: MongoNetwork) -> NetworkChanges:
    """Give what follows every change: the network's version counts up, this process looks."""
    versions = database.collection(NETWORK_VERSION.name)

    async def count(session: Session, _changed: Sequence[object]) -> None:
        change = {"$inc": {"version": 1}, "$set": {"schemaVersion": 1}}
        await versions.update_one({"_id": VERSION_DOCUMENT}, change, upsert=True, session=session)
        database.after_commit(session, network.forget)

    return count


def source_changes(
    count: NetworkChanges, due_work: DueWork, clock: Clock
) -> Callable[[Session, Sequence[StockSource]], Awaitable[None]]:
    """Give what follows a change of sources: what they told may count for less or more now."""

    async def look(session: Session, changed: Sequence[StockSource]) -> None:
        await count(session, changed)
        codes = sorted(source.code for source in changed)
        identifier = derived_identifier(SILENCE_WORK, "changed", *codes)
        due_at = clock.now() + KNOWN_EVERYWHERE_AFTER
        item = DueItem(identifier, SILENCE_WORK, due_at, {"sources": list(codes)})
        await due_work.schedule(session, item)

    return look


def alert_rule_changes(
    count: NetworkChanges, due_work: DueWork, clock: Clock
) -> Callable[[Session, Sequence[StockAlertRule]], Awaitable[None]]:
    """Give what follows a change of the rules of alerts: their items may run low already.

    Whoever moved the stock by an older network has asked nobody to look; by then all have.
    """

    async def assess(session: Session, changed: Sequence[StockAlertRule]) -> None:
        await count(session, changed)
        skus = sorted({rule.sku for rule in changed if rule.active and rule.sku is not None})
        due_at = clock.now() + KNOWN_EVERYWHERE_AFTER
        for start in range(0, len(skus), ITEMS_AT_ONCE):
            looked_at = skus[start : start + ITEMS_AT_ONCE]
            identifier = derived_identifier(ALERT_WORK, "changed", *looked_at)
            item = DueItem(identifier, ALERT_WORK, due_at, {"skus": list(looked_at)})
            await due_work.schedule(session, item)

    return assess
