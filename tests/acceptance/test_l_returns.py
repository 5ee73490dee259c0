"""L, returns: declared anywhere, inspected, refunded, back for sale."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from tests.support.listening import ListeningClient, Way, events_until
from tests.support.retailer import Retailer, eventually, tender
from tests.support.returning import Returning
from tests.support.stack import Stack

Json = Any


@pytest.fixture
async def shop(retailer: Retailer) -> Returning:
    """A retailer with two shops and a warehouse, who sells shoes and takes them back."""
    await retailer.opens(W1="WAREHOUSE", S1="STORE", S2="STORE")
    await retailer.sells("SHOE", "BELT")
    await retailer.counts("SHOE", W1=20)
    await retailer.counts("BELT", W1=20)
    return Returning(retailer)


@pytest.mark.capability("L1")
@pytest.mark.parametrize("channel", ["STORE", "WAREHOUSE", "CUSTOMER_SERVICE", "ONLINE"])
async def test_a_return_lives_the_same_life_wherever_it_is_declared(
    shop: Returning, channel: str
) -> None:
    order = await shop.delivered("SHOE")
    found = await shop.declares(order, channel=channel, at="S1")
    if channel != "STORE":
        assert found["receivedAt"] is None
        found = await shop.receives(found, "S1")
    assert (found["channel"], found["state"]) == (channel, "RECEIVED")
    found = await shop.inspects(found, grade="A")
    assert [step["state"] for step in found["journey"] if step["state"] != "LABEL_ISSUED"] == [
        "DECLARED",
        "APPROVED",
        "RECEIVED",
        "ACCEPTED",
        "REFUNDED",
    ]


@pytest.mark.capability("L1")
async def test_what_was_declared_online_is_taken_in_by_whichever_shop_it_is_brought_to(
    shop: Returning,
) -> None:
    order = await shop.delivered("SHOE")
    found = await shop.declares(order, channel="ONLINE", role=Role.CUSTOMER_SERVICE)
    here: Json = {"role": Role.ASSISTANT, "grants": [f"location:{shop.code('S2')}"]}
    elsewhere: Json = {"role": Role.ASSISTANT, "grants": [f"location:{shop.code('S1')}"]}

    seen = await shop.by_number(found["rma"], **here)
    offered = {one["name"]: one["reasonCode"] for one in seen["availableActions"]}
    assert (offered["RETURN_RECEIVE"], offered["RETURN_INSPECT"]) == (None, "NOT_YOURS")
    taken = await shop.receives(seen, "S2", **here)

    assert taken["state"] == "RECEIVED"
    assert await shop.by_number(found["rma"], **elsewhere) is None
    stranger: Json = {"role": Role.CUSTOMER, "grants": [f"customer:{shop.code('MALLORY')}"]}
    assert await shop.by_number(found["rma"], **stranger) is None


@pytest.mark.capability("L2")
async def test_a_blind_return_finds_the_order_or_waits_for_somebody(shop: Returning) -> None:
    customer = await shop.knows("ANNA")
    order = await shop.delivered("SHOE", customer="ANNA")
    found = await shop.brings("SHOE", email=customer["email"], at="S1")
    assert found["state"] == "RECEIVED"
    assert found["order"]["id"] == order["id"]
    assert found["lines"][0]["orderLine"]["id"] == order["lines"][0]["id"]

    nobodys = await shop.brings("SHOE", email=customer["email"], at="S1")
    assert (nobodys["state"], nobodys["order"]) == ("UNMATCHED", None)
    waiting = await shop.listed({"states": ["UNMATCHED"], "locationCode": shop.code("S1")})
    assert [one["id"] for one in waiting] == [nobodys["id"]]


@pytest.mark.capability("L5")
async def test_each_unit_is_graded_and_refunded_by_its_grade_or_refused(shop: Returning) -> None:
    order = await shop.delivered("SHOE", quantity=3)
    found = await shop.declares(order, quantity=3, at="S1")
    line = found["lines"][0]["id"]
    found = await shop.inspected(
        found,
        [
            {"returnLineId": line, "quantity": 1, "grade": "A"},
            {"returnLineId": line, "quantity": 1, "grade": "C"},
            {"returnLineId": line, "quantity": 1, "grade": "D", "reject": "WORN"},
        ],
    )
    refunds = [
        one["refund"] and one["refund"]["amount"] for one in found["lines"][0]["inspections"]
    ]
    assert refunds == ["10.00", "4.00", None]
    assert found["refundedTotal"]["amount"] == "14.00"
    money = await shop.retailer.money(order["id"])
    assert money["payments"][0]["refunded"]["amount"] == "14.00"


@pytest.mark.capability("L6")
async def test_goods_come_back_only_in_time_if_not_excluded_and_once(
    shop: Returning, stack: Stack
) -> None:
    await shop.has_policy(windowDays=14, excludedSkus=[shop.code("BELT")])
    belt = await shop.delivered("BELT")
    refused = await shop.refused(belt)
    assert [error["code"] for error in refused] == ["EXCLUDED"]

    once, late = await shop.delivered("SHOE"), await shop.delivered("SHOE")
    start = stack.clock.now()
    stack.clock.set(start + timedelta(days=14))
    try:
        await shop.declares(once)
        refused = await shop.refused(once)
        assert [error["code"] for error in refused] == ["NOTHING_LEFT"]
        assert await shop.returnable(late) == [1]
        stack.clock.set(start + timedelta(days=15))
        refused = await shop.refused(late)
        assert [error["code"] for error in refused] == ["OUT_OF_PERIOD"]
        assert await shop.returnable(late) == [0]
    finally:
        stack.clock.set(start)


@pytest.mark.capability("L10")
async def test_the_customer_follows_the_journey(shop: Returning) -> None:
    await shop.knows("BEA")
    order = await shop.delivered("SHOE", customer="BEA")
    grants = [f"customer:{shop.code('BEA')}"]
    found = await shop.declares(order, channel="ONLINE", at=None, role=Role.CUSTOMER, grants=grants)
    found = await eventually(
        lambda: shop.read(found, role=Role.CUSTOMER, grants=grants),
        lambda now: now["state"] == "LABEL_ISSUED",
    )
    assert found["label"]["reference"] == found["rma"]
    await shop.scans(found, "DROPPED")
    await shop.scans(found, "IN_TRANSIT")
    await shop.receives(found, "W1")
    await shop.inspects(found, grade="A")
    seen = await shop.read(found, role=Role.CUSTOMER, grants=grants)
    assert [step["state"] for step in seen["journey"]] == [
        "DECLARED",
        "APPROVED",
        "LABEL_ISSUED",
        "DROPPED",
        "IN_TRANSIT",
        "RECEIVED",
        "ACCEPTED",
        "REFUNDED",
    ]


@pytest.mark.capability("L12")
async def test_the_number_of_a_return_in_a_shop_is_a_receipt(shop: Returning) -> None:
    order = await shop.delivered("SHOE")
    found = await shop.declares(order, at="S1")
    assert found["state"] == "RECEIVED"
    assert (await shop.by_number(found["rma"]))["id"] == found["id"]
    await shop.inspects(found, grade="A")
    assert (await shop.by_number(found["rma"]))["state"] == "REFUNDED"


async def test_a_reason_has_its_own_rules(shop: Returning) -> None:
    await shop.has_policy(
        excludedSkus=[shop.code("BELT")],
        reasons=[{"reason": "WRONG_ITEM", "takesExcluded": True, "fullRefund": True}],
    )
    order = await shop.delivered("BELT")
    found = await shop.declares(order, reason="WRONG_ITEM", at="S1")
    found = await shop.inspects(found, grade="C")
    assert found["refundedTotal"]["amount"] == "10.00"


@pytest.mark.capability("L17")
async def test_accepted_goods_are_for_sale_at_once(shop: Returning) -> None:
    order = await shop.delivered("SHOE")
    found = await shop.declares(order, at="S1")
    before = await shop.retailer.available("SHOE")
    await shop.inspected(found, [shop.unit(found, grade="A")], wait=False)
    assert await shop.retailer.available("SHOE") == before + 1
    position = await shop.retailer.position("SHOE", "S1")
    assert position["onHand"] == 1
    ledger = await shop.retailer.ledger("SHOE", "S1")
    assert [movement["kind"] for movement in ledger] == ["RETURN"]


@pytest.mark.capability("L19")
async def test_never_more_is_given_back_than_was_paid(shop: Returning) -> None:
    """Three units at 10 EUR less 0.01, paid by a voucher and a card, come back one by one."""
    discount = {"code": "WELCOME", "amount": {"amount": "0.01", "currency": "EUR"}}
    order = await shop.delivered(
        "SHOE",
        quantity=3,
        discounts=[discount],
        payments=[tender("9.99", "VOUCHER", "tok_ok_v"), tender("20.00")],
    )
    gesture = await shop.retailer.refunded(order, 5)
    given = sum(float(one["refunded"]["amount"]) for one in gesture["payments"])
    assert given == 5
    for _ in range(3):
        found = await shop.declares(order, quantity=1, at="S1")
        await shop.inspects(found, grade="A")
    refused = await shop.refused(order)
    assert [error["code"] for error in refused] == ["NOTHING_LEFT"]
    money = await shop.retailer.money(order["id"])
    for one in money["payments"]:
        assert one["refunded"] == one["captured"]


async def test_of_many_returns_of_the_last_unit_at_once_one_is_declared(shop: Returning) -> None:
    order = await shop.delivered("SHOE")
    answers = await asyncio.gather(*(shop.tries(order) for _ in range(5)))
    codes = [[error["code"] for error in answer["userErrors"]] for answer in answers]
    assert sorted(codes) == [[], *([["NOTHING_LEFT"]] * 4)]


async def test_each_screen_shows_the_returns_that_belong_to_it(shop: Returning) -> None:
    await shop.knows("CLEO")
    await shop.has_policy(windowDays=21)
    order = await shop.delivered("SHOE", quantity=2, customer="CLEO")
    found = await shop.declares(order, channel="ONLINE", at="S2")
    screen = """
      query ($order: ID!, $shop: String!, $customer: String!, $sku: String!, $channel: String!) {
        order(by: {id: $order}) {
          returns { nodes { id } } refundedTotal { amount }
          returnableLines { quantity line { sku } policy { windowDays } }
          lines { returnableQuantity returnLines { quantity returnRequest { id } } }
        }
        location(code: $shop) { expectedReturns { nodes { id order { ref } } } }
        customer(by: {ref: $customer}) { returns { totalCount nodes { id } } }
        item(sku: $sku) { returnPolicy(channel: $channel) { windowDays } }
      }
    """
    asked = {
        "order": order["id"],
        "shop": shop.code("S2"),
        "customer": shop.code("CLEO"),
        "sku": shop.code("SHOE"),
        "channel": shop.code("web"),
    }
    seen = await shop.retailer.graph.data(screen, asked)
    (line,) = order["lines"]
    assert seen["order"] == {
        "returns": {"nodes": [{"id": found["id"]}]},
        "refundedTotal": {"amount": "0.00"},
        "returnableLines": [
            {"quantity": 1, "line": {"sku": line["sku"]}, "policy": {"windowDays": 21}}
        ],
        "lines": [
            {
                "returnableQuantity": 1,
                "returnLines": [{"quantity": 1, "returnRequest": {"id": found["id"]}}],
            }
        ],
    }
    coming = [{"id": found["id"], "order": {"ref": order["ref"]}}]
    assert seen["location"] == {"expectedReturns": {"nodes": coming}}
    assert seen["customer"]["returns"] == {"totalCount": 1, "nodes": [{"id": found["id"]}]}
    assert seen["item"] == {"returnPolicy": {"windowDays": 21}}


@pytest.mark.parametrize("way", Way)
async def test_the_customer_hears_of_each_step(
    shop: Returning, stack: Stack, session: aiohttp.ClientSession, way: Way
) -> None:
    await shop.knows("DORA")
    order = await shop.delivered("SHOE", customer="DORA")
    token = stack.user_token(Role.CUSTOMER, [f"customer:{shop.code('DORA')}"])
    operation = """
      subscription ($order: ID) {
        returnUpdated(orderId: $order, heartbeatSeconds: 60) {
          delivery seq type state previousState returnRequest { rma } order { ref }
        }
      }
    """
    client = ListeningClient(session, stack.graphql_url(), token)
    async with client.listens(way, operation, order=order["id"]) as items:
        assert (await anext(items))["delivery"] == "HEARTBEAT"
        found = await shop.declares(order, at="S1")
        found = await shop.inspects(found, grade="A")
        told = await events_until(items, found["version"])
    assert [one["seq"] for one in told] == list(range(1, found["version"] + 1))
    assert [one["state"] for one in told][:2] == ["RECEIVED", "ACCEPTED"]
    assert told[-1]["state"] == "REFUNDED"
    assert {one["returnRequest"]["rma"] for one in told} == {found["rma"]}
    assert {one["order"]["ref"] for one in told} == {order["ref"]}


async def test_nobody_sees_or_takes_what_is_not_theirs(shop: Returning) -> None:
    await shop.knows("EVE")
    order = await shop.delivered("SHOE", customer="EVE")
    other = [f"customer:{shop.code('MALLORY')}"]
    refused = await shop.refused(order, channel="ONLINE", role=Role.CUSTOMER, grants=other)
    assert [error["code"] for error in refused] == ["NOT_FOUND"]
    elsewhere = [f"location:{shop.code('S2')}"]
    refused = await shop.refused(
        order, channel="STORE", at="S1", role=Role.ASSISTANT, grants=elsewhere
    )
    assert [error["code"] for error in refused] == ["FORBIDDEN"]
    found = await shop.declares(order, at="S1")
    assert await shop.read(found, role=Role.CUSTOMER, grants=other) is None
    assert await shop.read(found, role=Role.ASSISTANT, grants=elsewhere) is None
    here = [f"location:{shop.code('S1')}"]
    assert (await shop.read(found, role=Role.ASSISTANT, grants=here))["id"] == found["id"]
