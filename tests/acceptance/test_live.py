"""Rows A4 and Q9: what happens reaches those who listen, whole and in order."""

from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from tests.support.listening import ListeningClient, Way, events_until, next_event
from tests.support.retailer import Retailer
from tests.support.stack import GATEWAY, Stack

AVAILABILITY = """
  subscription ($skus: [String!], $channel: String!) {
    availabilityChanged(skus: $skus, channel: $channel, heartbeatSeconds: 60) {
      delivery seq sku available onHand crossed
      location { code }
      item { title availability(channel: $channel) { quantity } }
    }
  }
"""
ORDER_UPDATED = """
  subscription ($order: ID, $channel: String, $since: String) {
    orderUpdated(orderId: $order, channel: $channel, since: $since, heartbeatSeconds: 60) {
      delivery cursor seq type status
      order {
        id version status
        lines { quantity item { title } }
        fulfilments { state location { code name } }
      }
    }
  }
"""


@pytest.mark.capability("A4")
async def test_a4_a_sale_in_a_shop_changes_what_every_channel_reads_and_is_pushed_to_who_listens(
    retailer: Retailer, stack: Stack, session: aiohttp.ClientSession
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.has_channel("app", "S1")
    await retailer.sells("shirt", "hat")
    visitor = ListeningClient(session, stack.graphql_url())
    asked = {"skus": [retailer.code("shirt")], "channel": retailer.code("web")}
    async with AsyncExitStack() as open_:
        pages = [
            await open_.enter_async_context(visitor.listens(way, AVAILABILITY, **asked))
            for way in Way
        ]
        assert [(await anext(page))["delivery"] for page in pages] == ["HEARTBEAT"] * 2

        await retailer.counts("hat", S1=7)
        await retailer.counts("shirt", S1=5)
        pushed = [await _told_to_all(pages)]
        for sold, left in ((2, 3), (3, 0)):
            await _sells_over_the_counter(retailer, "hat", 1)
            await _sells_over_the_counter(retailer, "shirt", sold)
            for channel in ("web", "app"):
                assert await retailer.available("shirt", channel) == left
            pushed.append(await _told_to_all(pages))

    seqs = [item["seq"] for item in pushed]
    assert seqs == sorted(set(seqs))
    assert [(item["available"], item["crossed"]) for item in pushed] == [
        (5, "BACK_IN_STOCK"),
        (3, "BAND"),
        (0, "SOLD_OUT"),
    ]
    assert {item["onHand"] for item in pushed} == {None}, "what is on the shelf is not for shoppers"
    assert [item["item"]["availability"]["quantity"] for item in pushed] == [5, 3, 0]
    assert {item["sku"] for item in pushed} == {retailer.code("shirt")}
    assert {item["location"]["code"] for item in pushed} == {retailer.code("S1")}


@pytest.mark.capability("Q9")
@pytest.mark.parametrize("way", Way)
async def test_q9_a_client_hears_every_change_of_an_order_once_through_cuts_and_a_new_gateway(
    retailer: Retailer, stack: Stack, session: aiohttp.ClientSession, way: Way
) -> None:
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=5)
    await retailer.knows("ada")
    ada = retailer.code("ada")
    token = stack.user_token(Role.CUSTOMER, [f"customer:{ada}"])
    client = ListeningClient(session, stack.graphql_url(), token)
    async with client.listens(way, ORDER_UPDATED, channel=retailer.code("web")) as items:
        begun = await anext(items)

    order = await retailer.places(retailer.wish("shirt", customerRef=ada))
    (line,), (fulfilment,) = order["lines"], order["fulfilments"]
    since = begun["cursor"]
    async with client.listens(way, ORDER_UPDATED, order=order["id"], since=since) as items:
        heard = await events_until(items, order["version"])
        picked = await retailer.picks(fulfilment, [{"lineId": line["id"], "picked": 1}])
        heard += await events_until(items, picked["version"])

    packed = await retailer.packs(fulfilment, line)
    async with stack.without(GATEWAY):
        pass  # whatever the first gateway knew is gone
    since = heard[-1]["cursor"]
    async with client.listens(way, ORDER_UPDATED, order=order["id"], since=since) as items:
        heard += await events_until(items, packed["version"])
        shipped = await retailer.ships(fulfilment)
        heard += await events_until(items, shipped["version"])

    assert [item["seq"] for item in heard] == list(range(1, shipped["version"] + 1))
    assert len({item["cursor"] for item in heard}) == len(heard)
    assert (heard[0]["type"], heard[-1]["status"]) == ("ORDER_PLACED", "SHIPPED")
    assert all(item["order"]["version"] >= item["seq"] for item in heard)
    assert heard[-1]["order"] == {
        "id": order["id"],
        "version": shipped["version"],
        "status": "SHIPPED",
        "lines": [{"quantity": 1, "item": {"title": "shirt"}}],
        "fulfilments": [
            {
                "state": "HANDED_OVER",
                "location": {"code": retailer.code("W1"), "name": "W1"},
            }
        ],
    }


async def _told_to_all(pages: list[Any]) -> Any:
    """Give what all are told next, which is the same."""
    first, *others = [await next_event(page) for page in pages]
    assert others == [first] * len(others)
    return first


async def _sells_over_the_counter(retailer: Retailer, sku: str, units: int) -> None:
    sale = {
        "sku": retailer.code(sku),
        "locationCode": retailer.code("S1"),
        "quantity": -units,
        "reason": "SALE",
    }
    await retailer.manages("stockAdjust", sale, "position { onHand }")
