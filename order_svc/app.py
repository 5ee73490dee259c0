"""The composition root: every part of orders, built once and closed in order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from order_svc.api.context import OrderContext
from order_svc.api.schema import order_schema
from order_svc.clients.inventory import GraphQLInventory
from order_svc.domain.payments.tenders import TenderRule
from order_svc.due_work import handlers
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
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.health import HealthCheck
from service_kit.runtime.identifiers import Identifiers, new_identifier
from service_kit.runtime.running import Works, running
from service_kit.storage.database import Database
from service_kit.storage.idempotency import MongoOutcomes
from service_kit.storage.indexes import ensure_indexes

SERVICE = "order_svc"
INVENTORY = "inventory_svc"
PATIENT = DueWorkSettings(attempts=200, longest_pause=timedelta(minutes=1))
"""Due work is tried for some hours: inventory may be away for as long as that."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """What one process of orders stands on; whoever opens it closes it."""

    database: Database
    bus: Bus
    inventory: Inventory
    trusted: TrustedKeys
    clock: Clock
    payments: PaymentProvider = field(default_factory=NoProvider)
    identifiers: Identifiers = new_identifier
    partitions: int = 8
    relay: RelaySettings = field(default_factory=RelaySettings)
    reached: Reached = pass_by
    recovery_delay: timedelta = timedelta(seconds=10)
    placement_patience: timedelta = timedelta(minutes=15)
    tender_rule: TenderRule = TenderRule.CARD_FIRST
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    works: Works = field(default_factory=Works)


@dataclass(frozen=True, slots=True)
class Parts:
    """One process of orders, joined."""

    around: Surroundings
    reader: MongoOrderReader
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
        inventory=foundation.inventory,
        pricing=MongoPrices(database),
        payments=foundation.payments,
        errands=errands,
        clock=clock,
        identifiers=foundation.identifiers,
        reached=foundation.reached,
        recovery_delay=foundation.recovery_delay,
        placement_patience=foundation.placement_patience,
        tender_rule=foundation.tender_rule,
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
        reader=MongoOrderReader(database),
        storage=storage,
        relay=relay,
        due_worker=worker,
        log=EventLog(foundation.bus, SERVICE, foundation.partitions, foundation.works),
        backlog=Backlog(database, foundation.bus, clock, SERVICE, foundation.registry),
    )


def order_app(
    foundation: Foundation,
    *,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    parts: Parts | None = None,
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    joined = parts or join(foundation)

    def context(caller: Caller) -> OrderContext:
        return OrderContext(caller, foundation.clock, joined.around, joined.reader, joined.log)

    return subgraph_app(
        order_schema(),
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


async def migrate(database: Database) -> None:
    """Create the collections and indexes that are missing."""
    await ensure_indexes(database, DECLARATIONS)


def inventory_of(settings: OrderSettings, clock: Clock) -> LateServiceClient:
    """Give the client of inventory, who signs as this service; nothing is reached yet."""
    key = SigningKey.from_pem_file(SERVICE, settings.signing_key_file)
    signer = CallerSigner(key, SERVICE, clock)
    return LateServiceClient(
        lambda session: ServiceClient(
            INVENTORY,
            settings.inventory_url,
            signer=signer,
            audience=INVENTORY,
            session=session,
            deadline=settings.inventory_deadline,
        )
    )


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
    clock = clock or SystemClock()
    client = inventory_of(settings, clock)
    database = database_of(settings, SERVICE)
    foundation = Foundation(
        database=database,
        bus=Bus(settings.redis_url.reveal()),
        inventory=GraphQLInventory(client),
        payments=provider_of(settings, database),
        trusted=TrustedKeys.from_file(settings.trusted_keys_file),
        clock=clock,
        partitions=settings.partitions,
        relay=relay_settings_of(settings),
        recovery_delay=settings.recovery_delay,
        placement_patience=settings.placement_patience,
        tender_rule=TenderRule(settings.tender_rule),
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
            await client.close()
            await foundation.bus.close()
            await foundation.database.close()

    return order_app(foundation, lifespan=lifespan, parts=parts)
