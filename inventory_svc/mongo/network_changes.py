"""What follows an import that changes the network: everybody looks at what it changes."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeAlias

from inventory_svc.domain.network.source import SILENCE_WORK, StockSource
from inventory_svc.mongo.collections import NETWORK_VERSION
from inventory_svc.mongo.network import VERSION_DOCUMENT, MongoNetwork
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, Session

KNOWN_EVERYWHERE_AFTER = timedelta(seconds=1)
"""By then no process goes by the network as it was before."""

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
