"""The composition root: every part of returns, built once and closed in order."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.applications import Starlette

from returns_svc.api.context import ReturnsContext
from returns_svc.api.schema import returns_schema
from returns_svc.clients.inventory import GraphQLInventory
from returns_svc.clients.orders import GraphQLOrders
from returns_svc.due_work import handlers
from returns_svc.mongo.indexes import DECLARATIONS
from returns_svc.mongo.reading import MongoReturnReader
from returns_svc.mongo.work import MongoWork
from returns_svc.ports import Inventory, Orders
from returns_svc.settings import ReturnsSettings
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.graphql.late_client import LateServiceClient
from service_kit.graphql.subgraph import Lifespan
from service_kit.identity.caller import Caller
from service_kit.messaging.errand_runner import WorkerErrands
from service_kit.messaging.transactions import Transactions
from service_kit.outbound.messages import MessageSender
from service_kit.outbound.object_folder import FolderObjects
from service_kit.outbound.object_routes import object_routes
from service_kit.outbound.objects import ObjectStore
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.service.app import lifespan_of, service_app
from service_kit.service.foundation import Foundation, foundation_of, signer_of
from service_kit.service.machinery import PATIENT, Machinery, machinery_of, storage_of
from service_kit.service.outbound_settings import messages_of, objects_of
from service_kit.storage.database import Database
from service_kit.storage.indexes import ensure_indexes

SERVICE = "returns_svc"
ORDERS = "order_svc"
INVENTORY = "inventory_svc"


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom returns ask and tell, and how long they wait."""

    orders: Orders
    inventory: Inventory
    messages: MessageSender
    objects: ObjectStore
    recovery_delay: timedelta = timedelta(seconds=10)
    patience: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of returns, joined."""

    around: Surroundings
    reader: MongoReturnReader
    machinery: Machinery


def join(foundation: Foundation, outside: Outside) -> Parts:
    """Join ports to what is behind them; nothing is reached yet."""
    storage = storage_of(foundation)
    errands = WorkerErrands()
    around = Surroundings(
        work=Transactions(storage, MongoWork),
        orders=outside.orders,
        inventory=outside.inventory,
        messages=outside.messages,
        objects=outside.objects,
        errands=errands,
        clock=foundation.clock,
        identifiers=foundation.identifiers,
        reached=foundation.reached,
        recovery_delay=outside.recovery_delay,
        patience=outside.patience,
    )
    machinery = machinery_of(foundation, storage, handlers(around), PATIENT)
    errands.served_by(machinery.due_worker)
    return Parts(around, MongoReturnReader(foundation.database), machinery)


def returns_app(
    foundation: Foundation, parts: Parts, lifespan: Lifespan | None = None
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    around, log = parts.around, parts.machinery.log

    def context(caller: Caller) -> ReturnsContext:
        return ReturnsContext(caller, foundation.clock, around, parts.reader, log)

    app = service_app(foundation, parts.machinery, returns_schema(), context, lifespan)
    if isinstance(around.objects, FolderObjects):
        app.routes.extend(object_routes(around.objects))
    return app


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


def app_of(settings: ReturnsSettings, clock: Clock | None = None) -> Starlette:
    """Give the app as it is served: indexes first, then the relay and the due work beside it."""
    foundation = foundation_of(SERVICE, settings, clock or SystemClock())
    signer = signer_of(foundation, settings.signing_key_file)
    orders = LateServiceClient(ORDERS, settings.orders_url, signer, settings.deadline)
    inventory = LateServiceClient(INVENTORY, settings.inventory_url, signer, settings.deadline)
    outside = Outside(
        orders=GraphQLOrders(orders),
        inventory=GraphQLInventory(inventory),
        messages=messages_of(settings),
        objects=objects_of(settings, foundation.clock),
        recovery_delay=settings.recovery_delay,
        patience=settings.patience,
    )
    parts = join(foundation, outside)
    lifespan = lifespan_of(foundation, parts.machinery, migrate, orders.close, inventory.close)
    return returns_app(foundation, parts, lifespan)
