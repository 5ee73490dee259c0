"""An order's life as listeners hear it from the service itself, over server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from gateway.ports import SubgraphRequest
from gateway.transport.subscriptions import SubgraphSubscriptions
from order_svc.app import SERVICE, Outside, join, migrate, order_app
from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.identity.caller import Caller
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerSigner
from service_kit.messaging.bus import Bus
from service_kit.messaging.cursor import read_cursor
from service_kit.messaging.envelope import stream_name
from service_kit.runtime.clock import SettableClock
from service_kit.service.foundation import Foundation
from service_kit.storage.database import connect
from tests.support.background import in_background
from tests.support.fake_inventory import FakeInventory
from tests.support.live import connected
from tests.support.orders_process import OrdersProcess, a_caller
from tests.support.serving import Served

GATEWAY = generate_signing_key("gateway")
PARTITIONS = 2
UPDATES = """
subscription ($orderId: ID, $since: String, $snapshot: Boolean! = false) {
  orderUpdated(orderId: $orderId, since: $since, snapshot: $snapshot) {
    cursor delivery seq type status previousStatus due { amount currency } order { id version }
  }
}
"""
MOVES = """
subscription ($orderId: ID, $since: String) {
  orderLineStatusChanged(orderId: $orderId, since: $since) {
    seq transitions { from to quantity line { id } location { id } }
  }
}
"""
QUEUE = """
subscription ($locationId: ID!, $since: String) {
  fulfilmentQueueChanged(locationId: $locationId, since: $since) {
    delivery cursor location { id } changes { change state fulfilment { id locationCode } }
  }
}
"""
BEGINNING = "eyJ2IjoxLCJzIjoib3JkZXJfc3ZjIiwicCI6WzAsMF19"
"""The cursor before every event of two partitions."""


@dataclass
class Shop:
    """One process of orders, served over HTTP, whose log is told beside it."""

    process: OrdersProcess
    inventory: FakeInventory
    bus: Bus
    url: str
    clock: SettableClock
    session: aiohttp.ClientSession

    @asynccontextmanager
    async def listening(
        self, operation: str, caller: Caller | None = None, **variables: Any
    ) -> AsyncIterator[AsyncIterator[Any]]:
        """Subscribe, and give the items as they come; leaving cuts the connection."""
        signer = CallerSigner(GATEWAY, "gateway", self.clock)
        headers = {
            "authorization": f"Bearer {signer.sign(caller or a_caller(), SERVICE)}",
            "accept": "text/event-stream",
        }
        body = {"query": operation, "variables": variables}
        async with self.session.post(self.url, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            yield _results(response)

    async def life(self) -> Any:
        """An order that is placed, picked short, packed, shipped and delivered."""
        self.inventory.give("A", "W1", 2)
        self.inventory.give("A", "S2", 1)
        order = await self.process.places("A", quantity=2)
        order = await self.process.picks(order, picked=1, short=1)
        fulfilment = order["fulfilments"][0]["id"]
        parcel = {"lines": [{"lineId": order["lines"][0]["id"], "quantity": 1}]}
        await self.process.moves("fulfilmentPack", fulfilmentId=fulfilment, parcels=[parcel])
        order = await self.process.moves("fulfilmentShip", fulfilmentId=fulfilment)
        parcel_id = order["fulfilments"][0]["parcels"][0]["id"]
        return await self.process.moves("parcelDeliver", parcelId=parcel_id)


async def _results(response: aiohttp.ClientResponse) -> AsyncIterator[Any]:
    kind = ""
    async for line in response.content:
        text = line.decode().rstrip("\r\n")
        if text.startswith("event:"):
            kind = text.removeprefix("event:").strip()
        elif text.startswith("data:") and kind == "next":
            yield json.loads(text.removeprefix("data:"))


async def take(items: AsyncIterator[Any], many: int) -> list[Any]:
    """Take the root field of so many items, within half a minute."""
    found: list[Any] = []
    async with asyncio.timeout(30):
        while len(found) < many:
            result = await anext(items)
            assert "errors" not in result, result
            found += result["data"].values()
    return found


@pytest.fixture
async def shop(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock
) -> AsyncIterator[Shop]:
    database, bus, inventory = connect(mongodb_url, database_name), Bus(redis_url), FakeInventory()
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY]))
    foundation = Foundation(SERVICE, database, bus, trusted, clock, partitions=PARTITIONS)
    parts = join(foundation, Outside(inventory))
    await migrate(database)
    served = Served("orders", lambda: order_app(foundation, parts))
    await served.start()
    process = OrdersProcess(parts, database, clock)
    async with aiohttp.ClientSession() as session, in_background(parts.machinery.relay.run()):
        yield Shop(process, inventory, bus, f"{served.url}/graphql", clock, session)
    await served.stop()
    await bus.close()
    await database.close()


async def test_a_life_is_heard_in_order_once_through_a_cut_and_a_resume(shop: Shop) -> None:
    async with shop.listening(UPDATES, since=BEGINNING) as items:
        order = await shop.life()
        before_the_cut = await take(items, 3)
    async with shop.listening(UPDATES, since=before_the_cut[-1]["cursor"]) as items:
        heard = before_the_cut + await take(items, order["version"] - 3)
    assert [item["seq"] for item in heard] == list(range(1, order["version"] + 1))
    assert [item["type"] for item in heard][:2] == ["ORDER_PLACED", "STATUS_CHANGED"]
    assert heard[0]["due"] == {"amount": "20.00", "currency": "EUR"}
    assert heard[-1]["status"] == order["status"]
    statuses = [item["status"] for item in heard]
    assert [item["previousStatus"] for item in heard] == [None, *statuses[:-1]]
    assert all(item["order"]["version"] >= item["seq"] for item in heard)


async def test_what_moved_adds_up_to_the_slices_of_the_line(shop: Shop) -> None:
    order = await shop.life()
    counts = {"PLACED": 2}
    async with shop.listening(MOVES, orderId=order["id"], since=BEGINNING) as items:
        seq = 0
        while seq < order["version"]:
            (item,) = await take(items, 1)
            assert item["seq"] > seq
            seq = item["seq"]
            for move in item["transitions"]:
                counts[move["from"]] -= move["quantity"]
                counts[move["to"]] = counts.get(move["to"], 0) + move["quantity"]
                assert move["line"] == {"id": order["lines"][0]["id"]}
    shown = {part["state"]: part["quantity"] for part in order["lines"][0]["slices"]}
    assert {state: count for state, count in counts.items() if count} == shown


async def test_a_shop_hears_what_comes_into_its_queue_and_what_leaves_it(shop: Shop) -> None:
    await shop.life()
    location = to_global_id("Location", "W1")
    assistant = a_caller(Role.ASSISTANT, "location:W1")
    asked: Mapping[str, Any] = {"locationId": location, "since": BEGINNING}
    async with shop.listening(QUEUE, assistant, **asked) as items:
        heard = await take(items, 4)
    assert {item["location"]["id"] for item in heard} == {location}
    changes = [change for item in heard for change in item["changes"]]
    assert [(change["change"], change["state"]) for change in changes] == [
        ("ADDED", "ASSIGNED"),
        ("CHANGED", "PICKED"),
        ("CHANGED", "PACKED"),
        ("REMOVED", "HANDED_OVER"),
    ]
    assert {change["fulfilment"]["locationCode"] for change in changes} == {"W1"}


async def test_a_caller_hears_only_what_its_grants_cover(shop: Shop) -> None:
    shop.inventory.give("A", "W1", 2)
    await shop.process.places("A", customerRef="7")
    mine = await shop.process.places("A", customerRef="8")
    customer = a_caller(Role.CUSTOMER, "customer:8")
    channel = "subscription ($c: String, $since: String) { orderUpdated(channel: $c, since: $since)"
    operation = f"{channel} {{ order {{ id }} }} }}"
    async with shop.listening(operation, customer, c="web", since=BEGINNING) as items:
        (first,) = await take(items, 1)
    assert first["order"]["id"] == mine["id"]


@pytest.mark.parametrize(
    ("role", "grants"),
    [
        (Role.CUSTOMER, ("customer:8", "channel:web")),
        (Role.ASSISTANT, ("location:S9", "customer:7")),
    ],
)
async def test_a_grant_that_shows_its_role_no_order_tells_it_of_none(
    shop: Shop, role: Role, grants: tuple[str, ...]
) -> None:
    shop.inventory.give("A", "W1", 1)
    order = await shop.process.places("A", customerRef="7")
    operation = """subscription ($c: String, $since: String) {
      orderUpdated(channel: $c, since: $since, heartbeatSeconds: 5) { delivery order { id } } }"""
    asked: Mapping[str, Any] = {"c": "web", "since": BEGINNING}
    async with shop.listening(operation, a_caller(role, *grants), **asked) as items:
        (first,) = await take(items, 1)
    async with shop.listening(operation, **asked) as items:
        (told,) = await take(items, 1)
    assert first["delivery"] == "HEARTBEAT"
    assert (told["delivery"], told["order"]["id"]) == ("EVENT", order["id"])


@pytest.mark.parametrize(
    ("role", "grants", "variables", "code"),
    [
        (Role.CUSTOMER, ("customer:7",), {}, "FORBIDDEN"),
        (Role.CUSTOMER, (), {"orderId": "x"}, "FORBIDDEN"),
        (Role.VISITOR, ("customer:7",), {"orderId": "x"}, "FORBIDDEN"),
        (Role.OPERATOR, (), {"since": "rubbish"}, "INVALID_CURSOR"),
    ],
)
async def test_who_may_not_listen_is_told_so(
    shop: Shop, role: Role, grants: tuple[str, ...], variables: Mapping[str, Any], code: str
) -> None:
    async with shop.listening(UPDATES, a_caller(role, *grants), **variables) as items:
        result = await anext(items)
    assert [error["extensions"]["code"] for error in result["errors"]] == [code]


async def test_a_service_that_ends_sends_its_listeners_away_to_come_back(shop: Shop) -> None:
    shop.inventory.give("A", "W1", 1)
    order = await shop.process.places("A")
    async with shop.listening(UPDATES, orderId=order["id"], since=BEGINNING) as items:
        await take(items, 1)
        await shop.process.parts.machinery.log.close()
        result = await anext(items)
    assert [error["extensions"]["code"] for error in result["errors"]] == ["UNAVAILABLE"]


async def test_a_flow_ends_with_the_time_of_its_caller(shop: Shop) -> None:
    shop.inventory.give("A", "W1", 2)
    order = await shop.process.places("A")
    async with shop.listening(UPDATES, since=BEGINNING) as items:
        await take(items, 1)
        shop.clock.advance(timedelta(days=4000))
        await shop.process.moves("orderCancel", orderId=order["id"], reason="OTHER")
        result = await anext(items)
    assert [error["extensions"]["code"] for error in result["errors"]] == ["UNAUTHENTICATED"]


async def test_a_quiet_flow_begins_with_where_it_stands_and_says_so_again(shop: Shop) -> None:
    operation = "subscription { orderUpdated(heartbeatSeconds: 5) { delivery cursor seq } }"
    async with shop.listening(operation) as items:
        first, second = await take(items, 2)
    assert (first["delivery"], second["delivery"]) == ("HEARTBEAT", "HEARTBEAT")
    places = [read_cursor(item["cursor"], SERVICE, PARTITIONS) for item in (first, second)]
    assert places[0] == places[1]


async def test_a_snapshot_comes_first_and_then_what_follows_it(shop: Shop) -> None:
    shop.inventory.give("A", "W1", 1)
    order = await shop.process.places("A")
    async with shop.listening(UPDATES, orderId=order["id"], snapshot=True) as items:
        (snapshot,) = await take(items, 1)
        after = await shop.process.moves("orderCancel", orderId=order["id"], reason="OTHER")
        heard = await take(items, 1)
        while heard[-1]["seq"] < after["version"]:
            heard += await take(items, 1)
    assert (snapshot["delivery"], snapshot["order"]["id"]) == ("SNAPSHOT", order["id"])
    assert {item["delivery"] for item in heard} == {"EVENT"}
    assert heard[-1]["type"] == "ORDER_CANCELLED"


async def test_what_a_snapshot_holds_is_not_told_again(shop: Shop) -> None:
    shop.inventory.give("A", "W1", 1)
    order = await shop.process.places("A")
    asked = {"orderId": order["id"], "since": BEGINNING, "snapshot": True}
    async with shop.listening(UPDATES, **asked) as items:
        (snapshot,) = await take(items, 1)
        await shop.process.moves("orderCancel", orderId=order["id"], reason="OTHER")
        heard = await take(items, 1)
    assert (snapshot["delivery"], snapshot["cursor"]) == ("SNAPSHOT", BEGINNING)
    assert heard[0]["seq"] == snapshot["order"]["version"] + 1


async def test_a_cursor_older_than_the_log_is_reset_and_shown_what_there_is(shop: Shop) -> None:
    order = await shop.life()
    streams = [stream_name(SERVICE, partition) for partition in range(PARTITIONS)]
    async with shop.listening(UPDATES, orderId=order["id"], since=BEGINNING) as items:
        await take(items, order["version"])
    for stream in streams:
        await shop.bus.delete(stream)
        await shop.bus.append_run(stream, 500, [b"{}"], begin=True, fence=10**9)
    async with shop.listening(UPDATES, orderId=order["id"], since=BEGINNING) as items:
        reset, snapshot = await take(items, 2)
    assert (reset["delivery"], reset["order"]) == ("RESET", None)
    assert (snapshot["delivery"], snapshot["order"]["version"]) == ("SNAPSHOT", order["version"])


async def test_a_router_that_speaks_websocket_hears_a_life_too(shop: Shop) -> None:
    order = await shop.life()
    signer = CallerSigner(GATEWAY, "gateway", shop.clock)
    token = f"Bearer {signer.sign(a_caller(), SERVICE)}"
    async with connected(shop.session, shop.url, headers={"Authorization": token}) as socket:
        await socket.begin()
        await socket.subscribe(UPDATES, orderId=order["id"], since=BEGINNING)
        heard = [(await socket.data())["orderUpdated"] for _ in range(order["version"])]
    assert [item["seq"] for item in heard] == list(range(1, order["version"] + 1))


async def test_the_gateways_own_client_of_sockets_hears_it(shop: Shop) -> None:
    order = await shop.life()
    signer = CallerSigner(GATEWAY, "gateway", shop.clock)
    streams = SubgraphSubscriptions({SERVICE: shop.url}, signer, {SERVICE: shop.url})
    asked = {"query": UPDATES, "variables": {"orderId": order["id"], "since": BEGINNING}}
    bad = {"query": UPDATES, "variables": {"since": "rubbish"}}
    async with aclosing(streams.subscribe(_asked(asked))) as events:
        heard = [json.loads((await anext(events)).body) for _ in range(order["version"])]
    async with aclosing(streams.subscribe(_asked(bad))) as events:
        refused = json.loads((await anext(events)).body)
    await streams.close()
    seqs = [item["data"]["orderUpdated"]["seq"] for item in heard]
    assert seqs == list(range(1, order["version"] + 1))
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["INVALID_CURSOR"]


def _asked(body: Mapping[str, Any]) -> SubgraphRequest:
    return SubgraphRequest(SERVICE, json.dumps(body).encode(), a_caller())
