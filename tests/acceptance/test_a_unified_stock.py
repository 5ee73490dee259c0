"""Rows A: one stock of the whole network, and what of it can be sold."""

import asyncio
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.graph import GraphClient
from tests.support.retailer import ERRORS, Retailer, eventually
from tests.support.returning import Returning

BUYERS = 200
PLACE = f"""
  mutation ($input: OrderPlaceInput!) {{
    orderPlace(input: $input) {{ order {{ id status }} {ERRORS} }}
  }}
"""


@pytest.mark.capability("A1")
async def test_a1_the_network_is_one_stock_whatever_the_type_of_its_points(
    retailer: Retailer,
) -> None:
    await retailer.opens(W1="WAREHOUSE", S1="STORE", D1="SUPPLIER")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=5, S1=2, D1=7)
    item = await retailer.item(
        "shirt",
        f"""
          availability(channel: "{retailer.code("web")}") {{
            quantity locations {{ quantity onHand location {{ code type }} }}
          }}
          positions {{ onHand available location {{ code type }} }}
        """,
    )
    assert item["availability"]["quantity"] == 14
    expected = {("W1", "WAREHOUSE", 5), ("S1", "STORE", 2), ("D1", "SUPPLIER", 7)}
    named = {(retailer.code(name), type_, units) for name, type_, units in expected}
    assert {_typed(position, "onHand") for position in item["positions"]} == named
    assert {_typed(each, "quantity") for each in item["availability"]["locations"]} == named


@pytest.mark.capability("A3")
async def test_a3_what_is_ordered_cannot_be_sold_again_before_or_after_it_ships(
    retailer: Retailer,
) -> None:
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=10)
    order = await retailer.places(
        retailer.wish() | {"lines": [{"sku": retailer.code("shirt"), "quantity": 3}]}
    )
    assert await retailer.available("shirt") == 7
    position = await retailer.position("shirt", "W1")
    assert (position["onHand"], position["allocated"], position["available"]) == (10, 3, 7)

    await retailer.takes_out(order, 3)
    shipped = await eventually(
        lambda: retailer.position("shirt", "W1"), lambda now: now["allocated"] == 0
    )
    assert (shipped["onHand"], shipped["available"]) == (7, 7)
    assert await retailer.available("shirt") == 7


@pytest.mark.capability("A9")
async def test_a9_of_two_hundred_buyers_of_the_last_unit_one_gets_it(
    retailer: Retailer, graph: GraphClient
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=1)
    customers = [f"buyer{number}" for number in range(BUYERS)]
    await retailer.knows(*customers)

    async def buy(customer: str) -> Any:
        ref = retailer.code(customer)
        wish = retailer.wish("shirt", customerRef=ref, idempotencyKey=retailer.key())
        grants = (f"customer:{ref}",)
        data = await graph.data(PLACE, {"input": wish}, role=Role.CUSTOMER, grants=grants)
        return data["orderPlace"]

    answers = await asyncio.gather(*(buy(customer) for customer in customers))

    placed = [answer["order"]["id"] for answer in answers if answer["order"]]
    refused = [error for answer in answers for error in answer["userErrors"]]
    assert len(placed) == 1
    assert [error["code"] for error in refused] == ["INSUFFICIENT_STOCK"] * (BUYERS - 1)
    shortages = {
        tuple(_figures(error)[key] for key in ("requested", "available")) for error in refused
    }
    assert shortages == {("1", "0")}
    assert await retailer.available("shirt") == 0
    position = await retailer.position("shirt", "S1")
    assert (position["onHand"], position["allocated"], position["available"]) == (1, 1, 0)
    assert _fold(await retailer.ledger("shirt", "S1")) == _counters(position)
    orders = await graph.data(
        "query ($channel: String!) { orders(filter: {channel: $channel}) { nodes { id } } }",
        {"channel": retailer.code("web")},
    )
    assert [order["id"] for order in orders["orders"]["nodes"]] == placed


@pytest.mark.capability("A11")
async def test_a11_cancelling_shipping_and_taking_back_move_the_stock_by_ledger_entries(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)

    cancelled = await retailer.places(retailer.wish("shirt"))
    assert await retailer.available("shirt") == 4
    assert (await retailer.cancels(cancelled))["status"] == "CANCELLED"
    await eventually(lambda: retailer.available("shirt"), lambda units: units == 5)

    shop = Returning(retailer)
    bought = await shop.delivered("shirt")
    position = await eventually(
        lambda: retailer.position("shirt", "S1"), lambda now: now["onHand"] == 4
    )
    assert (position["allocated"], position["available"]) == (0, 4)

    await shop.inspects(await shop.declares(bought, at="S1"), grade="A")
    position = await retailer.position("shirt", "S1")
    assert (position["onHand"], position["available"]) == (5, 5)

    ledger = await retailer.ledger("shirt", "S1")
    assert [_move(movement) for movement in ledger] == [
        ("SNAPSHOT", 5, 0),
        ("ALLOCATED", 0, 1),
        ("RELEASED", 0, -1),
        ("ALLOCATED", 0, 1),
        ("CONSUMED", -1, -1),
        ("RETURN", 1, 0),
    ]
    assert _fold(ledger) == _counters(position)


def _typed(place: Any, counter: str) -> tuple[str, str, int]:
    return place["location"]["code"], place["location"]["type"], place[counter]


def _figures(error: Any) -> dict[str, str]:
    return {param["key"]: param["value"] for param in error["params"]}


def _move(movement: Any) -> tuple[str, int, int]:
    return movement["kind"], movement["onHand"], movement["allocated"]


def _fold(ledger: list[Any]) -> tuple[int, int, int]:
    """Add the ledger up; its numbers run from 1 without gaps."""
    assert [movement["number"] for movement in ledger] == list(range(1, len(ledger) + 1))
    on_hand, allocated, reserved = (
        sum(movement[counter] for movement in ledger)
        for counter in ("onHand", "allocated", "reserved")
    )
    return on_hand, allocated, reserved


def _counters(position: Any) -> tuple[int, int, int]:
    return position["onHand"], position["allocated"], position["reserved"]
