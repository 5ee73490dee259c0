"""The composition root: every part of returns, built once and closed in order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client import CollectorRegistry
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
from service_kit.graphql.outbound_settings import messages_of, objects_of
from service_kit.graphql.service_client import ServiceClient
from service_kit.graphql.service_settings import database_of, relay_settings_of
from service_kit.graphql.subgraph import subgraph_app
from service_kit.identity.caller import Caller
from service_kit.identity.keys import SigningKey, TrustedKeys
from service_kit.identity.tokens import CallerSigner, CallerVerifier
from service_kit.messaging.backlog import Backlog
from service_kit.messaging.bus import Bus
from service_kit.messaging.due_work import DueWork, DueWorker, DueWorkSettings
from service_kit.messaging.errand_runner import WorkerErrands
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.outbox import Outbox
from service_kit.messaging.relay import Relay, RelaySettings
from service_kit.messaging.transactions import Storage, Transactions
from service_kit.messaging.upkeep import upkeep
from service_kit.outbound.messages import MessageSender
from service_kit.outbound.object_folder import FolderObjects
from service_kit.outbound.object_routes import object_routes
from service_kit.outbound.objects import ObjectStore
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.health import HealthCheck
from service_kit.runtime.identifiers import Identifiers, new_identifier
from service_kit.runtime.running import Works, running
from service_kit.storage.database import Database
from service_kit.storage.idempotency import MongoOutcomes
from service_kit.storage.indexes import ensure_indexes

SERVICE = "returns_svc"
ORDERS = "order_svc"
INVENTORY = "inventory_svc"
PATIENT = DueWorkSettings(attempts=200, longest_pause=timedelta(minutes=1))
"""Due work is tried for some hours: the other services may be away for as long as that."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What one process of returns stands on; whoever opens it closes it."""

    database: Database
    bus: Bus
    orders: Orders
    inventory: Inventory
    messages: MessageSender
    objects: ObjectStore
    trusted: TrustedKeys
    clock: Clock
    identifiers: Identifiers = new_identifier
    partitions: int = 8
    relay: RelaySettings = field(default_factory=RelaySettings)
    reached: Reached = pass_by
    recovery_delay: timedelta = timedelta(seconds=10)
    patience: timedelta = timedelta(days=30)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    works: Works = field(default_factory=Works)


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of returns, joined."""

    around: Surroundings
    reader: MongoReturnReader
    storage: Storage
    relay: Relay
    due_worker: DueWorker
    log: EventLog
    backlog: Backlog


def join(foundation: Foundation) -> Parts:
    """Join ports to what is behind them; nothing is reached yet."""
    database, clock = foundation.database, foundation.clock
    outbox = Outbox(database, SERVICE, foundation.partitions)
    due_work = DueWork(database, clock)
    storage = Storage(database, MongoOutcomes(database, clock), outbox, due_work)
    errands = WorkerErrands()
    around = Surroundings(
        work=Transactions(storage, MongoWork),
        orders=foundation.orders,
        inventory=foundation.inventory,
        messages=foundation.messages,
        objects=foundation.objects,
        errands=errands,
        clock=clock,
        identifiers=foundation.identifiers,
        reached=foundation.reached,
        recovery_delay=foundation.recovery_delay,
        patience=foundation.patience,
    )
    owner = new_identifier()
    relay = Relay(
        database,
        foundation.bus,
        SERVICE,
        foundation.partitions,
        owner,
        settings=foundation.relay,
    )
    worker = DueWorker(
        database,
        clock,
        handlers(around),
        owner,
        settings=PATIENT,
        reached=foundation.reached,
    )
    errands.served_by(worker)
    outbox.on_commit(relay.wake)
    due_work.on_scheduled(worker.wake)
    return Parts(
        around=around,
        reader=MongoReturnReader(database),
        storage=storage,
        relay=relay,
        due_worker=worker,
        log=EventLog(foundation.bus, SERVICE, foundation.partitions, foundation.works),
        backlog=Backlog(database, foundation.bus, clock, SERVICE, foundation.registry),
    )


def returns_app(
    foundation: Foundation,
    *,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    parts: Parts | None = None,
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    joined = parts or join(foundation)

    def context(caller: Caller) -> ReturnsContext:
        return ReturnsContext(caller, foundation.clock, joined.around, joined.reader, joined.log)

    app = subgraph_app(
        returns_schema(),
        name=SERVICE,
        verifier=CallerVerifier(foundation.trusted, SERVICE, foundation.clock),
        make_context=context,
        checks=(
            HealthCheck("mongodb", foundation.database.ping),
            HealthCheck("redis", foundation.bus.ping, vital=False),
            HealthCheck("works", foundation.works.probe),
        ),
        registry=foundation.registry,
        lifespan=lifespan,
        drain=joined.log.close,
    )
    if isinstance(foundation.objects, FolderObjects):
        app.routes.extend(object_routes(foundation.objects))
    return app


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


def client_of(settings: ReturnsSettings, clock: Clock, name: str, url: str) -> LateServiceClient:
    """Give the client of another service, who signs as this one; nothing is reached yet."""
    key = SigningKey.from_pem_file(SERVICE, settings.signing_key_file)
    signer = CallerSigner(key, SERVICE, clock)
    return LateServiceClient(
        lambda session: ServiceClient(
            name,
            url,
            signer=signer,
            audience=name,
            session=session,
            deadline=settings.deadline,
        )
    )


def app_of(settings: ReturnsSettings, clock: Clock | None = None) -> Starlette:
    """Give the app as it is served: indexes first, then the relay and the due work beside it."""
    clock = clock or SystemClock()
    orders = client_of(settings, clock, ORDERS, settings.orders_url)
    inventory = client_of(settings, clock, INVENTORY, settings.inventory_url)
    foundation = Foundation(
        database=database_of(settings, SERVICE),
        bus=Bus(settings.redis_url.reveal()),
        orders=GraphQLOrders(orders),
        inventory=GraphQLInventory(inventory),
        messages=messages_of(settings),
        objects=objects_of(settings, clock),
        trusted=TrustedKeys.from_file(settings.trusted_keys_file),
        clock=clock,
        partitions=settings.partitions,
        relay=relay_settings_of(settings),
        recovery_delay=settings.recovery_delay,
        patience=settings.patience,
    )
    parts = join(foundation)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            await migrate(foundation.database)
            await parts.relay.identity()
            async with running(
                foundation.works,
                parts.relay.run,
                parts.due_worker.run,
                *upkeep(parts.storage.outcomes, parts.backlog),
            ):
                yield
        finally:
            await orders.close()
            await inventory.close()
            await foundation.bus.close()
            await foundation.database.close()

    return returns_app(foundation, lifespan=lifespan, parts=parts)
