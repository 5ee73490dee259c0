"""The composition root: every part of appointments, built once and closed in order."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.applications import Starlette

from appointments_svc.api.context import AppointmentsContext
from appointments_svc.api.schema import appointments_schema
from appointments_svc.clients.inventory import GraphQLInventory
from appointments_svc.clients.orders import GraphQLOrders
from appointments_svc.due_work import handlers
from appointments_svc.mongo.indexes import DECLARATIONS
from appointments_svc.mongo.reading import MongoAppointmentReader
from appointments_svc.mongo.work import MongoWork
from appointments_svc.ports import Inventory, Orders
from appointments_svc.settings import AppointmentsSettings
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.graphql.late_client import LateServiceClient
from service_kit.graphql.subgraph import Lifespan
from service_kit.identity.caller import Caller
from service_kit.messaging.errand_runner import WorkerErrands
from service_kit.messaging.transactions import Transactions
from service_kit.outbound.messages import MessageSender, TextSender
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.service.app import lifespan_of, service_app
from service_kit.service.foundation import Foundation, foundation_of, signer_of
from service_kit.service.machinery import PATIENT, Machinery, machinery_of, storage_of
from service_kit.service.outbound_settings import messages_of, texts_of
from service_kit.storage.database import Database
from service_kit.storage.indexes import ensure_indexes

SERVICE = "appointments_svc"
ORDERS = "order_svc"
INVENTORY = "inventory_svc"


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom appointments ask and tell, and how long they wait."""

    orders: Orders
    inventory: Inventory
    messages: MessageSender
    texts: TextSender | None = None
    recovery_delay: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of appointments, joined."""

    around: Surroundings
    reader: MongoAppointmentReader
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
        errands=errands,
        clock=foundation.clock,
        identifiers=foundation.identifiers,
        texts=outside.texts,
        reached=foundation.reached,
        recovery_delay=outside.recovery_delay,
    )
    machinery = machinery_of(foundation, storage, handlers(around), PATIENT)
    errands.served_by(machinery.due_worker)
    return Parts(around, MongoAppointmentReader(foundation.database), machinery)


def appointments_app(
    foundation: Foundation, parts: Parts, lifespan: Lifespan | None = None
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    around, log = parts.around, parts.machinery.log

    def context(caller: Caller) -> AppointmentsContext:
        return AppointmentsContext(caller, foundation.clock, around, parts.reader, log)

    return service_app(foundation, parts.machinery, appointments_schema(), context, lifespan)


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


def app_of(settings: AppointmentsSettings, clock: Clock | None = None) -> Starlette:
    """Give the app as it is served: indexes first, then the relay and the due work beside it."""
    foundation = foundation_of(SERVICE, settings, clock or SystemClock())
    signer = signer_of(foundation, settings.signing_key_file)
    orders = LateServiceClient(ORDERS, settings.orders_url, signer, settings.deadline)
    inventory = LateServiceClient(INVENTORY, settings.inventory_url, signer, settings.deadline)
    outside = Outside(
        orders=GraphQLOrders(orders),
        inventory=GraphQLInventory(inventory),
        messages=messages_of(settings),
        texts=texts_of(settings),
        recovery_delay=settings.recovery_delay,
    )
    parts = join(foundation, outside)
    lifespan = lifespan_of(foundation, parts.machinery, migrate, orders.close, inventory.close)
    return appointments_app(foundation, parts, lifespan)
