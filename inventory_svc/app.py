"""The composition root: every part of inventory, built once and closed in order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from inventory_svc.api.context import Inventory, InventoryContext
from inventory_svc.api.schema import inventory_schema
from inventory_svc.domain.stock.sourcing import NearestLocations
from inventory_svc.due_work import handlers
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import COLLECTIONS
from inventory_svc.mongo.commit_metrics import CommitMetrics
from inventory_svc.mongo.group_commits import GroupCommits
from inventory_svc.mongo.imports import (
    CHANNEL_KIND,
    ITEM_KIND,
    LOCATION_KIND,
    ImportTools,
    MongoImports,
    network_changes,
)
from inventory_svc.mongo.network import MongoNetwork
from inventory_svc.mongo.stock_commits import CommitTools, StockTransactions
from inventory_svc.mongo.stock_reads import MongoStockReads
from inventory_svc.settings import InventorySettings
from service_kit.graphql.service_settings import database_of, relay_settings_of
from service_kit.graphql.subgraph import subgraph_app
from service_kit.identity.caller import Caller
from service_kit.identity.keys import TrustedKeys
from service_kit.identity.tokens import CallerVerifier
from service_kit.messaging.backlog import Backlog
from service_kit.messaging.bus import Bus
from service_kit.messaging.due_work import DUE_WORK, DueWork, DueWorker
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.leases import LEASES
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.messaging.positions import POSITIONS as LOG_POSITIONS
from service_kit.messaging.relay import Relay, RelaySettings
from service_kit.messaging.upkeep import upkeep
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.health import HealthCheck
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.running import Works, running
from service_kit.storage.database import Database
from service_kit.storage.idempotency import OUTCOMES, MongoOutcomes
from service_kit.storage.indexes import ensure_indexes

SERVICE = "inventory_svc"
DECLARATIONS = (*COLLECTIONS, OUTCOMES, OUTBOX, LOG_POSITIONS, LEASES, DUE_WORK)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one process of inventory stands on; whoever opens it closes it."""

    database: Database
    bus: Bus
    trusted: TrustedKeys
    clock: Clock
    partitions: int = 8
    relay: RelaySettings = field(default_factory=RelaySettings)
    reached: Reached = pass_by
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    works: Works = field(default_factory=Works)


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of inventory, joined."""

    inventory: Inventory
    commits: GroupCommits
    outcomes: MongoOutcomes
    relay: Relay
    due_worker: DueWorker
    log: EventLog
    backlog: Backlog


def join(around: Surroundings) -> Parts:
    """Join ports to what is behind them; nothing is reached yet."""
    database, clock = around.database, around.clock
    outbox = Outbox(database, SERVICE, around.partitions)
    due_work = DueWork(database, clock)
    outcomes = MongoOutcomes(database, clock)
    network = MongoNetwork(database)
    tools = CommitTools(database, outcomes, outbox, due_work, clock, NearestLocations(), network)
    transactions = StockTransactions(tools, reached=around.reached)
    commits = GroupCommits(transactions, CommitMetrics(around.registry))
    imports = ImportTools(database, outcomes, outbox, clock)
    changes = network_changes(database, network)
    owner = new_identifier()
    relay = Relay(
        database,
        around.bus,
        SERVICE,
        around.partitions,
        owner,
        settings=around.relay,
    )
    worker = DueWorker(database, clock, handlers(commits), owner)
    outbox.on_commit(relay.wake)
    due_work.on_scheduled(worker.wake)
    inventory = Inventory(
        catalogue=MongoCatalogue(database),
        network=network,
        stock=MongoStockReads(database),
        commits=commits,
        items=MongoImports(ITEM_KIND, imports),
        locations=MongoImports(LOCATION_KIND, imports, changes),
        channels=MongoImports(CHANNEL_KIND, imports, changes),
        clock=clock,
    )
    return Parts(
        inventory=inventory,
        commits=commits,
        outcomes=outcomes,
        relay=relay,
        due_worker=worker,
        log=EventLog(around.bus, SERVICE, around.partitions, around.works),
        backlog=Backlog(database, around.bus, clock, SERVICE, around.registry),
    )


def inventory_app(
    around: Surroundings,
    *,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    parts: Parts | None = None,
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    joined = parts or join(around)
    inventory = joined.inventory

    def context(caller: Caller) -> InventoryContext:
        return InventoryContext(caller, around.clock, inventory, joined.log)

    return subgraph_app(
        inventory_schema(),
        name=SERVICE,
        verifier=CallerVerifier(around.trusted, SERVICE, around.clock),
        make_context=context,
        checks=(
            HealthCheck("mongodb", around.database.ping),
            HealthCheck("redis", around.bus.ping, vital=False),
            HealthCheck("works", around.works.probe),
        ),
        registry=around.registry,
        lifespan=lifespan,
        drain=joined.log.close,
    )


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


def surroundings_of(settings: InventorySettings, clock: Clock | None = None) -> Surroundings:
    """Open what the settings name; nothing is reached yet."""
    return Surroundings(
        database=database_of(settings, SERVICE),
        bus=Bus(settings.redis_url.reveal()),
        trusted=TrustedKeys.from_file(settings.trusted_keys_file),
        clock=clock or SystemClock(),
        partitions=settings.partitions,
        relay=relay_settings_of(settings),
    )


def app_of(settings: InventorySettings, clock: Clock | None = None) -> Starlette:
    """Give the app as it is served: indexes first, then the relay and the due work beside it."""
    around = surroundings_of(settings, clock)
    parts = join(around)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            await migrate(around.database)
            await parts.relay.identity()
            async with running(
                around.works,
                parts.relay.run,
                parts.due_worker.run,
                *upkeep(parts.outcomes, parts.backlog),
            ):
                yield
            await parts.commits.close()
        finally:
            await around.bus.close()
            await around.database.close()

    return inventory_app(around, lifespan=lifespan, parts=parts)
