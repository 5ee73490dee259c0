"""The services and the gateway in this process: real HTTP, MongoDB and Valkey, one clock."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
from starlette.types import ASGIApp

from appointments_svc.app import app_of as appointments_app
from appointments_svc.settings import AppointmentsSettings
from devstack.keys import ensure_keys, issuer_key, key_file, trusted_file
from devstack.tokens import AUDIENCE, TokenIssuer, User
from gateway.app import build_app as gateway_app
from gateway.settings import Settings as GatewaySettings
from inventory_svc.app import app_of as inventory_app
from inventory_svc.settings import InventorySettings
from order_svc.app import app_of as order_app
from order_svc.consumers import NAME as AWAITED
from order_svc.settings import OrderSettings
from retail_kit.roles import Role
from returns_svc.app import app_of as returns_app
from returns_svc.settings import ReturnsSettings
from service_kit.identity.caller import Caller
from service_kit.identity.keys import SigningKey, public_jwks
from service_kit.identity.tokens import CallerSigner
from service_kit.messaging.leases import Leases
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.settings import Secret
from service_kit.storage.database import connect
from tests.support.serving import LoopThread, Served

GATEWAY: Final = "gateway"
INVENTORY: Final = "inventory_svc"
ORDERS: Final = "order_svc"
RETURNS: Final = "returns_svc"
APPOINTMENTS: Final = "appointments_svc"
_ISSUER: Final = "http://issuer.test"
_READY_SECONDS: Final = 30
SERVICES = (INVENTORY, ORDERS, RETURNS, APPOINTMENTS)
"""Who is asked through the gateway."""

_COMMITTED: Final = Path(__file__).parents[2] / "schema" / "supergraph.graphql"
_PATIENCE: Final = timedelta(minutes=2)
"""No deadline between the processes ends a test on a busy machine."""
_ASK_AGAIN: Final = 0.05


class Stack:
    """The processes of the system as apps on loopback ports, with their databases and keys.

    They live in one thread's event loop, so that tests with loops of their own can share them.
    A gateway that does not compose what the services say serves what was composed and committed:
    it is ready seconds sooner.
    """

    def __init__(
        self,
        mongodb_url: str,
        redis_url: str,
        databases: str,
        folder: Path,
        clock: SettableClock,
        *,
        composes: bool = True,
        tender_rule: str = "CARD_FIRST",
    ) -> None:
        self.clock = clock
        self._composes = composes
        self._tender_rule = tender_rule
        self._mongodb, self._redis = Secret(mongodb_url), Secret(redis_url)
        self._databases = databases
        self._folder = folder
        self.outbox = folder / "outbox"
        self._keys = folder / "keys"
        ensure_keys(self._keys)
        self._issuer = TokenIssuer(issuer_key(self._keys), _ISSUER, timedelta(days=3650))
        self._jwks = self._keys / "issuer.json"
        self._jwks.write_text(json.dumps(public_jwks([self._issuer.key])), encoding="utf-8")
        self._loop = LoopThread("the stack's processes")
        makers: dict[str, Callable[[], ASGIApp]] = {
            INVENTORY: self._inventory,
            ORDERS: self._orders,
            RETURNS: self._returns,
            APPOINTMENTS: self._appointments,
            GATEWAY: self._gateway,
        }
        self._apps = {name: Served(name, make_app) for name, make_app in makers.items()}

    def start(self) -> None:
        """Start the services, then the gateway, and wait until it has the graph."""
        self._loop.run(self._start_all())

    def start_services(self) -> None:
        """Start the services alone, for a gateway that is a process of its own."""
        self._loop.run(self._start_services())

    def gateway_environment(self) -> dict[str, str]:
        """Return the settings of a gateway process over the services."""
        return {
            "GATEWAY_SUBGRAPHS": ",".join(self._subgraphs()),
            "GATEWAY_DEVELOPMENT": "true",
            "SIGNING_KEY_FILE": str(key_file(self._keys, GATEWAY)),
            "USER_JWKS_FILE": str(self._jwks),
            "USER_ISSUER": _ISSUER,
            "USER_AUDIENCE": AUDIENCE,
            "REDIS_URL": self._redis.reveal(),
            "SUBGRAPH_DEADLINE": str(_PATIENCE.total_seconds()),
        }

    def close(self) -> None:
        """Stop everything, the gateway first."""
        self._loop.run(self._stop_all())
        self._loop.close()

    def graphql_url(self, name: str = GATEWAY) -> str:
        """Return the GraphQL address of the gateway or of a subgraph."""
        return f"{self._apps[name].url}/graphql"

    def user_token(
        self, role: Role, grants: Sequence[str] = (), *, expires: datetime | None = None
    ) -> str:
        """Return an end user's token for the gateway, which lasts for years unless told."""
        user, now = User(role, tuple(grants)), self.clock.now()
        lifetime = self._issuer.lifetime if expires is None else expires - now
        return replace(self._issuer, lifetime=lifetime).token(user, now)

    def signer(self, process: str) -> CallerSigner:
        """Return what a process signs callers with."""
        key = SigningKey.from_pem_file(process, key_file(self._keys, process))
        return CallerSigner(key, process, self.clock)

    def signed(self, caller: Caller, audience: str, *, by: str = GATEWAY) -> str:
        """Return a caller's token for a subgraph, signed by a process."""
        return self.signer(by).sign(caller, audience)

    @asynccontextmanager
    async def without(self, name: str) -> AsyncIterator[None]:
        """Have a process stopped during the block, and ready again at its address after it."""
        await self._loop.ask(self._apps[name].stop())
        try:
            yield
        finally:
            await self._loop.ask(self._apps[name].start())
            await _until_ready(self._apps[name].url)

    @asynccontextmanager
    async def deaf(self) -> AsyncIterator[None]:
        """Have orders hear nothing of inventory in the block, as when whoever hears it is slow."""
        database = connect(self._mongodb.reveal(), f"{self._databases}_orders")
        leases = Leases(database)
        jobs = await leases.holders(f"consumer/{AWAITED}/job/")
        async with self.without(ORDERS):
            taken = [await leases.acquire(job, "somebody slow", _PATIENCE) for job in jobs]
        try:
            yield
        finally:
            for lease in filter(None, taken):
                await leases.release(lease)
            await database.close()

    async def _start_services(self) -> None:
        await asyncio.gather(*(self._apps[name].start() for name in SERVICES))

    async def _start_all(self) -> None:
        await self._start_services()
        await self._apps[GATEWAY].start()
        await _until_ready(self._apps[GATEWAY].url)

    async def _stop_all(self) -> None:
        await self._apps[GATEWAY].stop()
        await asyncio.gather(*(self._apps[name].stop() for name in SERVICES))

    def _inventory(self) -> ASGIApp:
        settings = InventorySettings(
            mongodb_url=self._mongodb,
            redis_url=self._redis,
            trusted_keys_file=trusted_file(self._keys),
            database=f"{self._databases}_inventory",
        )
        return inventory_app(settings, self.clock)

    def _orders(self) -> ASGIApp:
        settings = OrderSettings(
            mongodb_url=self._mongodb,
            redis_url=self._redis,
            trusted_keys_file=trusted_file(self._keys),
            signing_key_file=key_file(self._keys, ORDERS),
            inventory_url=self.graphql_url(INVENTORY),
            inventory_deadline=_PATIENCE,
            database=f"{self._databases}_orders",
            payment_provider="sandbox",
            tender_rule=self._tender_rule,
        )
        return order_app(settings, self.clock)

    def _returns(self) -> ASGIApp:
        settings = ReturnsSettings(
            mongodb_url=self._mongodb,
            redis_url=self._redis,
            trusted_keys_file=trusted_file(self._keys),
            signing_key_file=key_file(self._keys, RETURNS),
            orders_url=self.graphql_url(ORDERS),
            inventory_url=self.graphql_url(INVENTORY),
            deadline=_PATIENCE,
            database=f"{self._databases}_returns",
            message_folder=self.outbox,
            object_folder=self._folder / "objects",
            object_secret=Secret("only for tests"),
            public_url=self._apps[RETURNS].url,
        )
        return returns_app(settings, self.clock)

    def _appointments(self) -> ASGIApp:
        settings = AppointmentsSettings(
            mongodb_url=self._mongodb,
            redis_url=self._redis,
            trusted_keys_file=trusted_file(self._keys),
            signing_key_file=key_file(self._keys, APPOINTMENTS),
            orders_url=self.graphql_url(ORDERS),
            inventory_url=self.graphql_url(INVENTORY),
            deadline=_PATIENCE,
            database=f"{self._databases}_appointments",
            message_folder=self.outbox,
        )
        return appointments_app(settings, self.clock)

    def _subgraphs(self) -> tuple[str, ...]:
        return tuple(f"{name}={self.graphql_url(name)}" for name in SERVICES)

    def _gateway(self) -> ASGIApp:
        settings = GatewaySettings(
            subgraphs=self._subgraphs(),
            supergraph_file=None if self._composes else _COMMITTED,
            signing_key_file=key_file(self._keys, GATEWAY),
            user_jwks_file=self._jwks,
            user_issuer=_ISSUER,
            user_audience=AUDIENCE,
            redis_url=self._redis.reveal(),
            development=True,
            subgraph_deadline=_PATIENCE,
        )
        return gateway_app(settings, self.clock)


async def _until_ready(url: str) -> None:
    async with asyncio.timeout(_READY_SECONDS), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{url}/health/ready") as response:
                if response.ok:
                    return
            await asyncio.sleep(_ASK_AGAIN)
