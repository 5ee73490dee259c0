"""The composition root: every part of orders, built once and closed in order."""

from dataclasses import dataclass, field
from datetime import timedelta

from starlette.applications import Starlette

from order_svc.api.context import OrderContext
from order_svc.api.schema import order_schema
from order_svc.clients.inventory import GraphQLInventory
from order_svc.consumers import AwaitedStock, awaited_stock
from order_svc.domain.errands import AWAITED_LOST, HELD_BACK
from order_svc.domain.payments.tenders import TenderRule
from order_svc.due_work import handlers
from order_svc.mongo.awaiting import MongoAwaiting
from order_svc.mongo.indexes import DECLARATIONS
from order_svc.mongo.prices import MongoPrices
from order_svc.mongo.reading import MongoOrderReader
from order_svc.mongo.work import MongoWork
from order_svc.ports import Inventory, PaymentProvider
from order_svc.providers.absent import NoProvider
from order_svc.providers.sandbox import SandboxProvider
from order_svc.settings import OrderSettings
from order_svc.use_cases.surroundings import Surroundings
from service_kit.graphql.late_client import LateServiceClient
from service_kit.graphql.subgraph import Lifespan
from service_kit.identity.caller import Caller
from service_kit.messaging.consumer import Consumer
from service_kit.messaging.errand_runner import WorkerErrands
from service_kit.messaging.transactions import Transactions
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.service.app import lifespan_of, service_app
from service_kit.service.foundation import Foundation, foundation_of, signer_of
from service_kit.service.machinery import PATIENT, Machinery, machinery_of, storage_of
from service_kit.storage.database import Database
from service_kit.storage.indexes import ensure_indexes

SERVICE = "order_svc"
INVENTORY = "inventory_svc"


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom orders ask, how long they wait, and which tender is used first."""

    inventory: Inventory
    payments: PaymentProvider = field(default_factory=NoProvider)
    recovery_delay: timedelta = timedelta(seconds=10)
    placement_patience: timedelta = timedelta(minutes=15)
    tender_rule: TenderRule = TenderRule.CARD_FIRST


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of orders, joined."""

    around: Surroundings
    reader: MongoOrderReader
    machinery: Machinery
    awaited: Consumer


def join(foundation: Foundation, outside: Outside) -> Parts:
    """Join ports to what is behind them; nothing is reached yet."""
    storage = storage_of(foundation)
    errands = WorkerErrands()
    around = Surroundings(
        work=Transactions(storage, MongoWork),
        inventory=outside.inventory,
        pricing=MongoPrices(foundation.database),
        payments=outside.payments,
        errands=errands,
        clock=foundation.clock,
        identifiers=foundation.identifiers,
        reached=foundation.reached,
        recovery_delay=outside.recovery_delay,
        placement_patience=outside.placement_patience,
        tender_rule=outside.tender_rule,
    )
    stock = AwaitedStock(
        foundation.database,
        storage.due_work,
        foundation.clock,
        MongoAwaiting(foundation.database),
        again_after=outside.placement_patience,
    )
    walks = dict.fromkeys((AWAITED_LOST, HELD_BACK), stock.walk_on)
    handled = {**handlers(around), **walks}
    machinery = machinery_of(foundation, storage, handled, PATIENT)
    errands.served_by(machinery.due_worker)
    awaited = awaited_stock(foundation, stock)
    return Parts(around, MongoOrderReader(foundation.database), machinery, awaited)


def order_app(foundation: Foundation, parts: Parts, lifespan: Lifespan | None = None) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    around, log = parts.around, parts.machinery.log

    def context(caller: Caller) -> OrderContext:
        return OrderContext(caller, foundation.clock, around, parts.reader, log)

    return service_app(foundation, parts.machinery, order_schema(), context, lifespan)


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


def provider_of(settings: OrderSettings, database: Database) -> PaymentProvider:
    """Give the payment provider that the settings choose; ValueError if there is no such."""
    match settings.payment_provider:
        case "none":
            return NoProvider()
        case "sandbox":
            return SandboxProvider(database)
        case unknown:
            raise ValueError(f"There is no payment provider {unknown!r}: say none or sandbox.")


def app_of(settings: OrderSettings, clock: Clock | None = None) -> Starlette:
    """Give the app as it is served: indexes first, then the relay and the due work beside it."""
    foundation = foundation_of(SERVICE, settings, clock or SystemClock())
    signer = signer_of(foundation, settings.signing_key_file)
    deadline = settings.inventory_deadline
    inventory = LateServiceClient(INVENTORY, settings.inventory_url, signer, deadline)
    outside = Outside(
        inventory=GraphQLInventory(inventory),
        payments=provider_of(settings, foundation.database),
        recovery_delay=settings.recovery_delay,
        placement_patience=settings.placement_patience,
        tender_rule=TenderRule(settings.tender_rule),
    )
    parts = join(foundation, outside)
    works = (parts.awaited.run,)
    lifespan = lifespan_of(foundation, parts.machinery, migrate, inventory.close, works=works)
    return order_app(foundation, parts, lifespan)
