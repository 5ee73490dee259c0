"""The composition root: every part of inventory, built once and closed in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from starlette.applications import Starlette

from inventory_svc.api.context import Inventory, InventoryContext
from inventory_svc.api.schema import inventory_schema
from inventory_svc.domain.stock.sourcing import NearestLocations
from inventory_svc.due_work import (
    alert_handlers,
    back_in_stock_handlers,
    file_handlers,
    handlers,
    pick_handlers,
    rule_handlers,
    source_handlers,
)
from inventory_svc.mongo.alerts import MongoAlerts
from inventory_svc.mongo.back_in_stock import MongoBackInStock
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import COLLECTIONS
from inventory_svc.mongo.commit_metrics import CommitMetrics
from inventory_svc.mongo.feed_files import MongoFeedFiles
from inventory_svc.mongo.feed_rejections import MongoFeedRejections
from inventory_svc.mongo.freshness import MongoFreshness
from inventory_svc.mongo.group_commits import GroupCommits
from inventory_svc.mongo.imports import (
    ALERT_RULE_KIND,
    CHANNEL_KIND,
    GROUP_KIND,
    ITEM_KIND,
    LOCATION_KIND,
    SOURCE_KIND,
    SUPPLIER_KIND,
    ImportTools,
    MongoImports,
)
from inventory_svc.mongo.network import MongoNetwork
from inventory_svc.mongo.network_changes import (
    MongoAlertRounds,
    alert_rule_changes,
    item_changes,
    network_changes,
    source_changes,
)
from inventory_svc.mongo.packer import Packer, pack_anew
from inventory_svc.mongo.picks import MongoPicks
from inventory_svc.mongo.rule_news import MongoRuleNews
from inventory_svc.mongo.rules import MongoRules, RuleTools
from inventory_svc.mongo.shelf_cache import ShelfCache
from inventory_svc.mongo.silence import StaleLocations
from inventory_svc.mongo.stock_commits import CommitTools, StockTransactions
from inventory_svc.mongo.stock_reads import MongoStockReads
from inventory_svc.mongo.suppliers import MongoSuppliers
from inventory_svc.mongo.unit_reads import MongoUnitReads
from inventory_svc.mongo.unnamed_positions import MongoUnnamedPositions
from inventory_svc.settings import InventorySettings
from inventory_svc.use_cases.alerts.assess_stock import AlertTools, OnlyPresent
from inventory_svc.use_cases.alerts.watching import StockWatch
from inventory_svc.use_cases.back_in_stock.go_round import ROUND_EVERY, go_round
from inventory_svc.use_cases.feeds.file_steps import FileTools
from service_kit.graphql.subgraph import Lifespan
from service_kit.identity.caller import Caller
from service_kit.messaging.due_worker import DueWorker, DueWorkSettings, Handler
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.transactions import COMMIT_COLLECTIONS, Storage
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.periodically import periodically
from service_kit.runtime.running import Work
from service_kit.service.app import lifespan_of, service_app
from service_kit.service.foundation import Foundation, foundation_of
from service_kit.service.machinery import Machinery, machinery_of, storage_of
from service_kit.storage.database import Database
from service_kit.storage.indexes import ensure_indexes

SERVICE = "inventory_svc"
FILES_AT_ONCE = 2
"""Files of stock that one process reads for their top sellers, and as many for the others."""
LOOKS = 64
"""Commits whose watched or awaited items one process looks at together, at most."""
DECLARATIONS = (*COLLECTIONS, *COMMIT_COLLECTIONS)


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of inventory, joined."""

    inventory: Inventory
    commits: GroupCommits
    machinery: Machinery
    cache: ShelfCache
    packer: Packer
    patient: GroupCommits
    workers: Sequence[DueWorker]
    rounds: Work

    async def close(self) -> None:
        """Wait for the commits that are under way."""
        await self.commits.close()
        await self.patient.close()


@dataclass(frozen=True, slots=True)
class Told:
    """What people are told by themselves."""

    alerts: MongoAlerts
    freshness: MongoFreshness


def join(foundation: Foundation) -> Parts:
    """Join ports to what is behind them; nothing is reached yet."""
    storage, clock = storage_of(foundation), foundation.clock
    alerts = MongoAlerts(storage.database, storage.outbox)
    freshness = MongoFreshness(storage.database, clock, alerts, storage.due_work)
    network = MongoNetwork(storage.database, StaleLocations(freshness, clock))
    tools = RuleTools(storage.outcomes, storage.outbox, storage.due_work)
    rules = MongoRules(storage.database, tools)
    database = foundation.database
    log = EventLog(foundation.bus, foundation.name, foundation.partitions, foundation.works)
    cache = ShelfCache(database, log, foundation.clock)
    commits, patient = _commits(foundation, storage, network, rules, cache)
    told = Told(alerts, freshness)
    inventory = _inventory(foundation, storage, network, rules, commits, cache, told)
    files = FileTools(
        inventory.files,
        inventory.catalogue,
        network,
        MongoStockReads(database),
        patient,
        MongoUnnamedPositions(database),
        freshness,
        clock,
    )
    urgent, others = file_handlers(files)
    news = MongoRuleNews(storage.database, storage.outbox, storage.due_work, clock)
    sources = replace(inventory.sources, packed=OnlyPresent(cache))
    watch = StockWatch(AlertTools(alerts, sources))
    looks = {
        **alert_handlers(watch, MongoAlertRounds(database, storage.due_work, clock)),
        **back_in_stock_handlers(inventory.back_in_stock, inventory.sources),
    }
    work = {
        **handlers(commits),
        **rule_handlers(news, inventory.sources),
        **source_handlers(freshness, network),
        **pick_handlers(inventory.picks),
    }
    machinery = machinery_of(foundation, storage, work)
    packer = Packer(database, log, foundation.identifiers())
    workers = [
        _worker(foundation, storage, each, at_once)
        for each, at_once in ((urgent, FILES_AT_ONCE), (others, FILES_AT_ONCE), (looks, LOOKS))
    ]
    round_ = partial(go_round, foundation.identifiers(), inventory.back_in_stock, sources)
    rounds = partial(periodically, "back_in_stock.round", ROUND_EVERY, round_)
    return Parts(inventory, commits, machinery, cache, packer, patient, workers, rounds)


def _worker(
    foundation: Foundation, storage: Storage, work: Mapping[str, Handler], at_once: int
) -> DueWorker:
    """Give whoever works beside all other work, so that nothing waits for what takes long."""
    settings = DueWorkSettings(at_once=at_once)
    database, clock, owner = foundation.database, foundation.clock, new_identifier()
    worker = DueWorker(database, clock, work, owner, settings=settings, reached=foundation.reached)
    storage.due_work.on_scheduled(worker.wake)
    return worker


def _commits(
    foundation: Foundation,
    storage: Storage,
    network: MongoNetwork,
    rules: MongoRules,
    cache: ShelfCache,
) -> tuple[GroupCommits, GroupCommits]:
    """Give two queues of commits: what somebody waits for never stands behind a file."""
    tools = CommitTools(
        storage.database,
        storage.outcomes,
        storage.outbox,
        storage.due_work,
        foundation.clock,
        NearestLocations(),
        network,
        rules,
        saw=cache.saw,
    )
    transactions = StockTransactions(tools, reached=foundation.reached)
    metrics = CommitMetrics(foundation.registry)
    return GroupCommits(transactions, metrics), GroupCommits(transactions, metrics)


def _inventory(
    foundation: Foundation,
    storage: Storage,
    network: MongoNetwork,
    rules: MongoRules,
    commits: GroupCommits,
    cache: ShelfCache,
    told: Told,
) -> Inventory:
    database, clock = foundation.database, foundation.clock
    imports = ImportTools(database, storage.outcomes, storage.outbox, clock)
    changes = network_changes(database, network)
    return Inventory(
        catalogue=MongoCatalogue(database),
        network=network,
        stock=MongoStockReads(database),
        commits=commits,
        items=MongoImports(ITEM_KIND, imports, item_changes(storage.due_work, clock)),
        locations=MongoImports(LOCATION_KIND, imports, changes),
        location_groups=MongoImports(GROUP_KIND, imports, changes),
        channels=MongoImports(CHANNEL_KIND, imports, changes),
        suppliers=MongoImports(SUPPLIER_KIND, imports),
        known_suppliers=MongoSuppliers(database),
        rules=rules,
        picks=MongoPicks(database),
        alert_rules=MongoImports(
            ALERT_RULE_KIND,
            imports,
            alert_rule_changes(
                changes,
                MongoAlertRounds(database, storage.due_work, clock),
                clock,
            ),
        ),
        alerts=told.alerts,
        back_in_stock=MongoBackInStock(storage),
        sources_of_stock=MongoImports(
            SOURCE_KIND, imports, source_changes(changes, storage.due_work, clock)
        ),
        freshness=told.freshness,
        rejections=MongoFeedRejections(database),
        files=MongoFeedFiles(database, storage.outcomes, storage.due_work, told.alerts, clock),
        top_sellers=MongoCatalogue(database),
        units=MongoUnitReads(database),
        clock=clock,
        packed=cache,
    )


def inventory_app(
    foundation: Foundation, parts: Parts, lifespan: Lifespan | None = None
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    inventory, log = parts.inventory, parts.machinery.log

    def context(caller: Caller) -> InventoryContext:
        return InventoryContext(caller, foundation.clock, inventory, log)

    return service_app(foundation, parts.machinery, inventory_schema(), context, lifespan)


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


async def repack(database: Database) -> None:
    """Have the stock packed anew by the processes that run."""
    await pack_anew(database)


async def recount(database: Database) -> None:
    """Count anew, out of the ledger, what the picks of each day have found."""
    await MongoPicks(database).count_anew(SystemClock().now())


def app_of(settings: InventorySettings, clock: Clock | None = None) -> Starlette:
    """Give the app as it is served: indexes first, then the relay and the due work beside it."""
    foundation = foundation_of(SERVICE, settings, clock or SystemClock())
    parts = join(foundation)
    packed = (parts.cache.run, parts.packer.run) if settings.packed_stock else ()
    works = (*(each.run for each in parts.workers), parts.rounds, *packed)
    lifespan = lifespan_of(foundation, parts.machinery, migrate, parts.close, works=works)
    return inventory_app(foundation, parts, lifespan)
