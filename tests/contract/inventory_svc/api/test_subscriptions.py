"""Availability as it can be listened to, from the service itself over server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from inventory_svc.app import SERVICE
from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.identity.tokens import CallerSigner
from tests.contract.inventory_svc.api.conftest import GATEWAY_KEY, Subgraph
from tests.support.background import in_background
from tests.support.serving import Served

OPERATION = """
subscription (
  $skus: [String!], $channel: String, $locationIds: [ID!]
  $since: String, $snapshot: Boolean = false
) {
  availabilityChanged(
    skus: $skus, channel: $channel, locationIds: $locationIds, since: $since, snapshot: $snapshot
  ) {
    cursor seq seqFrom seqTo sku available onHand crossed condition rulesVersion
    item { title availability(channel: "web") { quantity } } location { code }
    items { sku availability(channel: "web") { quantity } }
  }
}
"""
BEGINNING = "eyJ2IjoxLCJzIjoiaW52ZW50b3J5X3N2YyIsInAiOlswLDAsMCwwXX0"
"""The cursor before every event of four partitions."""


@pytest.fixture
async def url(subgraph: Subgraph) -> AsyncIterator[str]:
    """Where the subgraph is served, while its log is told."""
    served = Served("inventory", lambda: subgraph.app)
    await served.start()
    async with in_background(subgraph.parts.machinery.relay.run()):
        yield f"{served.url}/graphql"
    await served.stop()


@asynccontextmanager
async def listening(
    subgraph: Subgraph, url: str, role: Role = Role.VISITOR, **variables: Any
) -> AsyncIterator[AsyncIterator[Any]]:
    """Subscribe."""
    signer = CallerSigner(GATEWAY_KEY, "gateway", subgraph.clock)
    token = signer.sign(subgraph.user(role), SERVICE)
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    body = {"query": OPERATION, "variables": {"since": BEGINNING, **variables}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=body, headers=headers) as response,
    ):
        assert response.status == 200
        yield _items(response)


async def _items(response: aiohttp.ClientResponse) -> AsyncIterator[Any]:
    async for line in response.content:
        if line.startswith(b"data:") and line.removeprefix(b"data:").strip():
            told = json.loads(line.removeprefix(b"data:"))
            yield told if told.get("errors") else told["data"]["availabilityChanged"]


async def take(items: AsyncIterator[Any], many: int) -> list[Any]:
    async with asyncio.timeout(30):
        return [await anext(items) for _ in range(many)]


async def a_network(subgraph: Subgraph) -> None:
    for code in ("S1", "S2"):
        location = {"code": code, "name": code, "type": "STORE", "country": "FR"}
        await imports(subgraph, "locations", location)
    channel = {"code": "web", "name": "web", "currency": "EUR", "country": "FR"}
    await imports(subgraph, "channels", {**channel, "locationCodes": ["S1"]})
    await imports(subgraph, "items", {"sku": "shirt", "title": "Shirt"})


async def imports(subgraph: Subgraph, kind: str, line: dict[str, Any]) -> None:
    payload = await subgraph.mutate(
        f"{kind}Import", "results { status userErrors { message } }", {"lines": [line]}
    )
    assert payload["results"][0]["status"] == "APPLIED", payload


async def counts(subgraph: Subgraph, location: str, quantity: int, condition: str = "NEW") -> None:
    line = {"sku": "shirt", "locationCode": location, "quantity": quantity}
    line["condition"] = condition
    payload = await subgraph.mutate(
        "stockImport",
        "results { status userErrors { message } }",
        {"mode": "DELTA", "lines": [line]},
    )
    assert payload["results"][0]["status"] == "APPLIED", payload


async def test_a_visitor_hears_an_item_come_into_stock_and_sell_out(
    subgraph: Subgraph, url: str
) -> None:
    await a_network(subgraph)
    async with listening(subgraph, url, skus=["shirt", "hat"], channel="web") as items:
        heard = []
        for quantity in (6, -2, -4):  # one by one: what waits together is told as one state
            await counts(subgraph, "S1", quantity)
            heard += await take(items, 1)
    assert [(one["available"], one["crossed"]) for one in heard] == [
        (6, "BACK_IN_STOCK"),
        (4, "BAND"),
        (0, "SOLD_OUT"),
    ]
    assert [(one["seq"], one["seqFrom"], one["seqTo"]) for one in heard] == [
        (seq, seq, seq) for seq in (1, 2, 3)
    ]
    assert {one["onHand"] for one in heard} == {None}
    assert heard[0]["item"]["title"] == "Shirt"
    assert heard[0]["location"] == {"code": "S1"}


async def test_of_states_that_wait_together_the_latest_stands_for_all(
    subgraph: Subgraph, url: str
) -> None:
    await a_network(subgraph)
    for quantity in (6, -2, -4):
        await counts(subgraph, "S1", quantity)
    async with listening(subgraph, url, channel="web") as items:
        while (await take(items, 1))[0]["seqTo"] < 3:
            pass  # until all of them are in the log
    async with listening(subgraph, url, channel="web") as items:
        (heard,) = await take(items, 1)
    told = {name: heard[name] for name in ("available", "seq", "seqFrom", "seqTo")}
    assert told == {"available": 0, "seq": 3, "seqFrom": 1, "seqTo": 3}


async def test_availability_is_filtered_by_channel_and_by_location(
    subgraph: Subgraph, url: str
) -> None:
    await a_network(subgraph)
    await counts(subgraph, "S2", 5)
    await counts(subgraph, "S1", 6)
    async with listening(subgraph, url, channel="web") as items:
        (of_channel,) = await take(items, 1)
    at = [to_global_id("Location", "S2")]
    async with listening(subgraph, url, Role.ASSISTANT, locationIds=at) as items:
        (at_location,) = await take(items, 1)
    assert (of_channel["available"], at_location["available"]) == (6, 5)


@pytest.mark.parametrize("role", [Role.VISITOR, Role.CUSTOMER])
async def test_shoppers_hear_of_new_goods_that_their_channel_sells_and_the_back_office_of_all(
    subgraph: Subgraph, url: str, role: Role
) -> None:
    await a_network(subgraph)
    await counts(subgraph, "S1", 5, "USED_A")
    await counts(subgraph, "S2", 6)
    await counts(subgraph, "S1", 7)
    async with listening(subgraph, url, role, channel="web") as items:
        (shopper,) = await take(items, 1)
    async with listening(subgraph, url, Role.OPERATOR) as items:
        operator = await take(items, 3)
    assert (shopper["available"], shopper["onHand"]) == (7, None)
    assert sorted((one["available"], one["onHand"]) for one in operator) == [(5, 5), (6, 6), (7, 7)]


@pytest.mark.parametrize("role", [Role.VISITOR, Role.CUSTOMER])
async def test_shoppers_have_to_name_a_channel(subgraph: Subgraph, url: str, role: Role) -> None:
    async with listening(subgraph, url, role, skus=["shirt"]) as items:
        (told,) = await take(items, 1)
    (error,) = told["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["message"] == "availabilityChanged needs `channel` from this caller."


async def test_a_snapshot_shows_the_items_that_are_named_and_nothing_else_has_any(
    subgraph: Subgraph, url: str
) -> None:
    await a_network(subgraph)
    await counts(subgraph, "S1", 6)
    asked = ["shirt", "nothing"]
    async with listening(subgraph, url, skus=asked, channel="web", snapshot=True) as items:
        (begun,) = await take(items, 1)
        await counts(subgraph, "S1", 4)
        (change,) = await take(items, 1)

    assert begun["items"] == [{"sku": "shirt", "availability": {"quantity": 6}}, None]
    assert (begun["item"], change["items"]) == (None, None)


async def test_a_visitor_hears_that_the_rules_leave_less_of_an_item_to_be_sold(
    subgraph: Subgraph, url: str
) -> None:
    await a_network(subgraph)
    await imports(subgraph, "items", {"sku": "hat", "title": "Hat"})
    await counts(subgraph, "S1", 6)
    rule = {"code": "keep", "effect": {"protectUnits": 2}, "scope": {"locationCode": "S1"}}
    async with listening(subgraph, url, skus=["hat", "shirt"], channel="web") as items:
        assert (await take(items, 1))[0]["rulesVersion"] is None
        published = await subgraph.mutate(
            "stockRulesPublish", "ruleSet { version }", {"save": [rule]}
        )
        subgraph.clock.advance(timedelta(seconds=1))
        await subgraph.parts.machinery.due_worker.run_due_once()
        (heard,) = await take(items, 1)
    assert published["ruleSet"] == {"version": heard["rulesVersion"]}
    assert (heard["sku"], heard["available"], heard["location"]) == ("shirt", None, None)
    assert heard["item"] == {"title": "Shirt", "availability": {"quantity": 4}}
