"""Rows A4, B11 and Q9: what happens reaches those who listen, whole and in order."""

from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from tests.support.listening import Items, ListeningClient, Way, events_until, next_event
from tests.support.retailer import Retailer
from tests.support.ruling import Ruling
from tests.support.stack import GATEWAY, Stack

AVAILABILITY = """
  subscription ($skus: [String!], $channel: String!) {
    availabilityChanged(skus: $skus, channel: $channel, heartbeatSeconds: 60) {
      delivery seq sku available onHand crossed rulesVersion
      location { code }
      item { title availability(channel: $channel) { quantity } }
    }
  }
"""
SHOWN_FIRST = """
  subscription ($skus: [String!], $channel: String!) {
    availabilityChanged(skus: $skus, channel: $channel, snapshot: true) {
      delivery
      item { sku availability(channel: $channel) { quantity } }
      items { sku availability(channel: $channel) { quantity } }
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


@pytest.mark.capability("B11")
@pytest.mark.parametrize("way", Way)
async def test_b11_who_listens_hears_which_items_a_change_of_the_rules_leaves_less_or_more_of(
    timed: Ruling, way: Way
) -> None:
    retailer, skus = timed.retailer, ("shirt", "hat", "belt")
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.has_channel("app", "S1")
    await retailer.sells(*skus, "sock")
    for sku in ("shirt", "hat", "sock"):
        await retailer.counts(sku, S1=5, S2=2)
    await retailer.counts("belt", S2=4)
    two, one = {"protectUnits": 2}, {"protectUnits": 1}
    changes = [
        [timed.rule("of-the-app", one, channel="app")],
        [timed.rule("keep", two, locationCode="S1")],
        [timed.rule("keep", two, locationCode="S1", sku="hat")],
        [timed.rule(f"last-{sku}", one, locationCode="S2", sku=sku) for sku in skus],
    ]
    asked = {"skus": [retailer.code(sku) for sku in skus], "channel": retailer.code("web")}
    visitor = retailer.graph.listener()
    async with visitor.listens(way, AVAILABILITY, **asked) as page:
        assert (await anext(page))["delivery"] == "HEARTBEAT"
        told = []
        for second, (rules, number) in enumerate(zip(changes, (0, 2, 1, 3), strict=True)):
            published = await timed.publishes(*rules)
            timed.is_at(f"09:00:{2 * second + 2:02}")
            items = sorted([await _told_of_rules(page) for _ in range(number)])
            told.append([(sku, left) for sku, left, version in items])
            assert {version for _, _, version in items} <= {published["version"]}

    shirt, hat, belt = (retailer.code(sku) for sku in skus)
    assert told == [[], [(hat, 5), (shirt, 5)], [(shirt, 7)], [(belt, 3), (hat, 4), (shirt, 6)]]


@pytest.mark.parametrize("way", Way)
async def test_who_begins_to_listen_is_shown_first_how_the_items_are(
    retailer: Retailer, stack: Stack, session: aiohttp.ClientSession, way: Way
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt", "hat")
    await retailer.counts("shirt", S1=5)
    skus = [retailer.code(sku) for sku in ("shirt", "hat")]
    asked = {"skus": skus, "channel": retailer.code("web")}
    visitor = ListeningClient(session, stack.graphql_url())
    async with visitor.listens(way, SHOWN_FIRST, **asked) as page:
        begun = await anext(page)
        await retailer.counts("hat", S1=3)
        change = await next_event(page)
        while change["item"]["sku"] != retailer.code("hat"):
            change = await next_event(page)

    assert (begun["delivery"], begun["item"]) == ("SNAPSHOT", None)
    assert begun["items"] == [
        {"sku": skus[0], "availability": {"quantity": 5}},
        {"sku": skus[1], "availability": {"quantity": 0}},
    ]
    assert change["items"] is None
    assert change["item"]["availability"] == {"quantity": 3}


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


async def _told_of_rules(page: Items) -> tuple[str, int, int]:
    """Give the item of which the rules changed what can be sold, to what, and their version."""
    item = await next_event(page)
    while item["rulesVersion"] is None:
        item = await next_event(page)
    assert (item["available"], item["location"]) == (None, None)
    return item["sku"], item["item"]["availability"]["quantity"], item["rulesVersion"]


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
