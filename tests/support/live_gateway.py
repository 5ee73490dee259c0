"""A gateway over two small subgraphs, with a log of events in a real Valkey."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jwt
from starlette.types import ASGIApp

from gateway.app import build_app
from gateway.settings import Settings
from service_kit.identity.keys import generate_signing_key
from service_kit.messaging.envelope import EntityRef
from service_kit.runtime.clock import SettableClock
from tests.support.live import EVENT_SOURCE, Log
from tests.support.serving import Served
from tests.support.subgraphs import SmallSubgraph

Serve = Callable[[str, ASGIApp], Awaitable[Served]]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
USER_KEY = generate_signing_key("issuer")
ORDERS = (
    EVENT_SOURCE
    + """
type Query { order(id: ID!): Order }
type Order @key(fields: "id") { id: ID! status: String version: Int place: Place }
type Place @key(fields: "id") { id: ID! }
type OrderChange { order: Order type: String place: Place cursor: String!
  delivery: EventDelivery! seq: Int occurredAt: String eventId: String }
type Level { sku: String amount: Int cursor: String! delivery: EventDelivery!
  seq: Int seqFrom: Int seqTo: Int }
type Subscription {
  orderChanged(orderId: ID, placeId: ID, channel: String, since: String,
    snapshot: Boolean = false, heartbeatSeconds: Int): OrderChange!
    @eventSource(stream: "orders", match: ["orderId", "placeId", "channel"],
      unrestricted: ["operator"])
  levelChanged(skus: [String!], since: String, snapshot: Boolean = false,
    heartbeatSeconds: Int): Level!
    @eventSource(stream: "orders", match: ["skus"], kind: STATE, unrestricted: ["visitor"])
}
"""
)
PLACES = """
type Query { places: [Place] }
type Place @key(fields: "id") { id: ID! name: String }
"""
WATCH = """subscription Watch($id: ID, $since: String, $snapshot: Boolean) {
  changed: orderChanged(orderId: $id, since: $since, snapshot: $snapshot, heartbeatSeconds: 5) {
    delivery seq cursor what: type order { id status place { name } }
  }
}"""


class World:
    """Two subgraphs, a log in Valkey, and a gateway before them."""

    def __init__(self, serve: Serve, log: Log, settings: Settings) -> None:
        self._serve = serve
        self.log = log
        self.settings = settings
        self.clock = SettableClock(NOW)
        self.statuses: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.orders = SmallSubgraph("orders", ORDERS, {}, {"Order": self._order})
        self.places = SmallSubgraph(
            "places", PLACES, {}, {"Place": lambda one: {**one, "name": f"place {one['id']}"}}
        )
        self.gateway: Served

    def _order(self, one: Any) -> Any:
        status = self.statuses.get(one["id"], "NEW")
        version = self.versions.get(one["id"])
        place = {"id": f"P{one['id']}"}
        return {"id": one["id"], "status": status, "version": version, "place": place}

    async def start(self, session: aiohttp.ClientSession) -> None:
        urls = []
        for subgraph in (self.orders, self.places):
            served = await self._serve(subgraph.name, subgraph.app())
            urls.append(f"{subgraph.name}={served.url}/graphql")
        self.settings = replace(self.settings, subgraphs=tuple(urls))
        self.gateway = await self.another_gateway(session)

    async def another_gateway(self, session: aiohttp.ClientSession, **changes: Any) -> Served:
        app = build_app(replace(self.settings, **changes), self.clock)
        served = await self._serve("gateway", app)
        while True:
            async with session.get(f"{served.url}/health/ready") as response:
                if response.status == 200:
                    return served

    @property
    def url(self) -> str:
        return f"{self.gateway.url}/graphql"

    async def change(self, order: str, what: str = "CHANGED", **keys: Any) -> None:
        """Write one event of an order."""
        section = {
            "keys": {"orderId": order, "channel": "web", **keys},
            "payload": {"type": what, "order": {"id": order}},
        }
        audience = [f"customer:{order}"]
        await self.log.append(EntityRef("Order", order), {"orderChanged": section}, audience)


def user_token(
    roles: tuple[str, ...] = ("operator",),
    grants: tuple[str, ...] = (),
    lasts: timedelta = timedelta(hours=1),
) -> str:
    claims = {
        "sub": "ana",
        "iss": "issuer",
        "aud": "graph",
        "roles": list(roles),
        "grants": list(grants),
        "exp": (NOW + lasts).timestamp(),
    }
    return jwt.encode(claims, USER_KEY.private, "EdDSA", headers={"kid": "issuer"})


async def listeners(world: World, session: aiohttp.ClientSession) -> float:
    """Tell how many subscriptions the gateway says that it serves from the log."""
    async with session.get(f"{world.gateway.url}/metrics") as response:
        text = await response.text()
    found = (line for line in text.splitlines() if line.startswith("gateway_live_listeners{"))
    return float(next(found, "none 0").split()[1])


async def until_listeners(world: World, session: aiohttp.ClientSession, count: int) -> None:
    """Look again until so many are left, for at most twenty seconds."""
    async with asyncio.timeout(20):
        while await listeners(world, session) != count:  # noqa: ASYNC110  # seen from outside only
            await asyncio.sleep(0.01)
