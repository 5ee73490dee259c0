"""Bulk imports of reference records: changes, events and outcome in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeAlias

from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.importing import (
    ImportDecision,
    ImportLine,
    RecordT,
    decide_import,
    key_of,
)
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.mongo.alert_documents import alert_rule_from_document, alert_rule_to_document
from inventory_svc.mongo.collections import (
    ALERT_RULES,
    CHANNELS,
    ITEMS,
    LOCATION_GROUPS,
    LOCATIONS,
    SOURCES,
    SUPPLIERS,
)
from inventory_svc.mongo.feed_documents import source_from_document, source_to_document
from inventory_svc.mongo.inbound_documents import supplier_from_document, supplier_to_document
from inventory_svc.mongo.reference_documents import (
    channel_from_document,
    channel_to_document,
    group_from_document,
    group_to_document,
    item_from_document,
    item_to_document,
    location_from_document,
    location_to_document,
)
from inventory_svc.mongo.retries import until_no_duplicate
from service_kit.commands.denials import unavailable
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.line_results import LineResult, results_from_json, results_to_json
from service_kit.messaging.entity_events import Cause, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import Clock
from service_kit.storage.database import (
    Contended,
    Database,
    Document,
    ReplaceOne,
    Session,
    StorageUnavailable,
)
from service_kit.storage.idempotency import MongoOutcomes

_NOT_WRITTEN: Final = "The import could not be written. Ask again with the same key."
_UNTOLD: Final = ("_id", "version", "schemaVersion")
"""What an event does not say of a record, since it says it of every entity."""

AfterWrite: TypeAlias = Callable[
    [Session, Sequence[RecordT], Mapping[str, RecordT]], Awaitable[None]
]
"""Follows a change of records in its transaction; it gets those that were known before, too."""


@dataclass(frozen=True, slots=True)
class ImportTools:
    """What every import writes with."""

    database: Database
    outcomes: MongoOutcomes
    outbox: Outbox
    clock: Clock
    network_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Changes of the network all count one version up: in a process they take turns."""


@dataclass(frozen=True, slots=True)
class RecordKind(Generic[RecordT]):
    """How records of one kind are kept and what their entity is called."""

    entity: str
    collection: str
    write: Callable[[RecordT], Document]
    read: Callable[[Document], RecordT]
    of_network: bool = True


ITEM_KIND: RecordKind[Item] = RecordKind(
    "Item", ITEMS.name, item_to_document, item_from_document, of_network=False
)
LOCATION_KIND: RecordKind[Location] = RecordKind(
    "Location", LOCATIONS.name, location_to_document, location_from_document
)
GROUP_KIND: RecordKind[LocationGroup] = RecordKind(
    "LocationGroup", LOCATION_GROUPS.name, group_to_document, group_from_document
)
CHANNEL_KIND: RecordKind[Channel] = RecordKind(
    "Channel", CHANNELS.name, channel_to_document, channel_from_document
)
SOURCE_KIND: RecordKind[StockSource] = RecordKind(
    "StockSource", SOURCES.name, source_to_document, source_from_document
)
ALERT_RULE_KIND: RecordKind[StockAlertRule] = RecordKind(
    "StockAlertRule", ALERT_RULES.name, alert_rule_to_document, alert_rule_from_document
)


SUPPLIER_KIND: RecordKind[Supplier] = RecordKind(
    "Supplier", SUPPLIERS.name, supplier_to_document, supplier_from_document, of_network=False
)


class MongoImports(Generic[RecordT]):
    """Imports records of one kind."""

    def __init__(
        self,
        kind: RecordKind[RecordT],
        tools: ImportTools,
        after_write: AfterWrite[RecordT] | None = None,
    ) -> None:
        self._kind: RecordKind[RecordT] = kind
        self._tools = tools
        self._records = tools.database.collection(kind.collection)
        self._after_write: AfterWrite[RecordT] | None = after_write

    async def save(
        self,
        request: IdempotentRequest,
        actor: str,
        lines: Sequence[ImportLine[RecordT]],
        rejected: Sequence[LineResult],
    ) -> Sequence[LineResult]:
        """Write what changed and give the fate of every line; the same for the same key.

        Refuses UNAVAILABLE when that cannot be said; the same key then finds out.
        """

        async def write(session: Session) -> Sequence[LineResult]:
            bound = self._tools.outcomes.bind(session)
            earlier = await bound.find(request)
            if earlier is not None:
                return results_from_json(earlier.values["results"])
            keys = [key_of(line.record) for line in lines]
            existing = await self._existing(keys, session)
            decision: ImportDecision[RecordT] = decide_import(lines, existing)
            await self._write(decision.changed, existing, actor, request, session)
            results = sorted((*rejected, *decision.results), key=lambda result: result.index)
            await bound.record(request, Outcome({"results": results_to_json(results)}))
            return results

        turn = self._tools.network_turn if self._kind.of_network else nullcontext()
        try:
            async with turn:
                return await until_no_duplicate(lambda: self._tools.database.transaction(write))
        except (Contended, StorageUnavailable) as error:
            raise unavailable(_NOT_WRITTEN) from error

    async def _existing(self, keys: Sequence[str], session: Session) -> Mapping[str, RecordT]:
        found = await self._records.find({"_id": {"$in": list(keys)}}, session=session)
        return {document["_id"]: self._kind.read(document) for document in found}

    async def _write(
        self,
        changed: Sequence[RecordT],
        existing: Mapping[str, RecordT],
        actor: str,
        request: IdempotentRequest,
        session: Session,
    ) -> None:
        if not changed:
            return
        documents = [self._kind.write(record) for record in changed]
        writes = [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents]
        await self._records.bulk_write(writes, session=session)
        now = self._tools.clock.now()
        events = [
            self._event(record, existing.get(key_of(record)), actor, request, now)
            for record in changed
        ]
        await self._tools.outbox.append(session, events)
        if self._after_write is not None:
            await self._after_write(session, changed, existing)

    def _event(
        self,
        after: RecordT,
        before: RecordT | None,
        actor: str,
        request: IdempotentRequest,
        now: datetime,
    ) -> Event:
        kind = self._kind
        entity = EntityRef(kind.entity, key_of(after))
        cause = Cause(actor, request.identifier, now)
        changes = differences({} if before is None else kind.write(before), kind.write(after))
        told = {name: change for name, change in changes.items() if name not in _UNTOLD}
        name = f"{kind.entity[0].lower()}{kind.entity[1:]}Changed"
        return entity_event(name, entity, after.version, cause, (), told)
