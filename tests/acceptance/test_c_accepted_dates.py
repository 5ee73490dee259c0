"""Rows C: who waits until a date is served by it if anything can, or hears that it is late."""

from typing import Any

import pytest

from tests.support.expecting import Expecting
from tests.support.retailer import Retailer, eventually

SUMMER = "2026-08-31T00:00:00Z"
APRIL, JUNE, OCTOBER = (f"2026-{month}-15T00:00:00Z" for month in ("04", "06", "10"))
PROMISE = """
  query ($id: ID!) { order(by: {id: $id}) {
    atRisk acceptUntil
    lines { availableFrom isLate slices { quantity state } }
    timeline(first: 50) { nodes { happening details { key value } } }
  } }
"""
LISTED = """
  query ($channel: String!) {
    orders(filter: {channel: $channel, atRisk: true}) { nodes { id } totalCount }
  }
"""


@pytest.fixture
async def expecting(retailer: Retailer) -> Expecting:
    """That retailer, with two warehouses, and shirts that come to the first of them in April."""
    await retailer.opens(W1="WAREHOUSE", W2="WAREHOUSE")
    await retailer.sells("shirt")
    expecting = Expecting(retailer)
    await expecting.expects("PO-1", "shirt", "W1", 3, APRIL)
    return expecting


@pytest.mark.capability("C10")
async def test_c10_an_order_whose_goods_move_beyond_its_date_is_served_by_another_delivery(
    retailer: Retailer, expecting: Expecting
) -> None:
    order = await waiting_order(retailer)
    await expecting.expects("PO-2", "shirt", "W2", 3, JUNE)

    await expecting.expects("PO-1", "shirt", "W1", 3, OCTOBER)

    now = await eventually(
        lambda: promise(retailer, order), lambda now: dates_of(now) == [(JUNE[:10], False)]
    )
    assert not now["atRisk"]
    assert "LINE_PROMISE_BROKEN" not in happenings(now)
    await eventually(lambda: promised(expecting), lambda units: units == [3, 0])
    await expecting.receives("PO-2", "shirt", "W2", 3)
    there = await eventually(
        lambda: retailer.order(order["id"]), lambda now: len(now["fulfilments"]) == 1
    )
    assert there["fulfilments"][0]["locationCode"] == retailer.code("W2")


@pytest.mark.capability("C10")
async def test_c10_a_promise_that_nothing_keeps_in_time_is_told_to_be_broken_and_can_be_mended(
    retailer: Retailer, expecting: Expecting
) -> None:
    order = await waiting_order(retailer)
    await expecting.expects("PO-2", "shirt", "W2", 1, JUNE)

    await expecting.expects("PO-1", "shirt", "W1", 3, OCTOBER)

    now = await eventually(
        lambda: promise(retailer, order), lambda now: "LINE_PROMISE_BROKEN" in happenings(now)
    )
    assert (now["atRisk"], dates_of(now)) == (True, [(OCTOBER[:10], True)])
    told = next(
        entry["details"]
        for entry in now["timeline"]["nodes"]
        if entry["happening"] == "LINE_PROMISE_BROKEN"
    )
    assert {each["key"]: each["value"][:10] for each in told} == {
        "quantity": "2",
        "availableFrom": OCTOBER[:10],
        "acceptUntil": SUMMER[:10],
    }
    assert await listed(retailer) == [order["id"]]
    await eventually(lambda: promised(expecting), lambda units: units == [1, 2])

    await expecting.expects("PO-1", "shirt", "W1", 3, JUNE)

    mended = await eventually(lambda: promise(retailer, order), lambda now: not now["atRisk"])
    assert dates_of(mended) == [(JUNE[:10], False)]
    assert await listed(retailer) == []


@pytest.mark.capability("C10")
async def test_c10_lost_units_that_only_come_after_the_date_of_the_order_are_told_to_be_late(
    retailer: Retailer, expecting: Expecting
) -> None:
    order = await waiting_order(retailer)
    await expecting.expects("PO-2", "shirt", "W1", 3, OCTOBER)

    await expecting.expects("PO-1", "shirt", "W1", 3, APRIL, cancelled=True)

    now = await eventually(
        lambda: promise(retailer, order), lambda now: "LINE_PROMISE_BROKEN" in happenings(now)
    )
    assert (now["atRisk"], dates_of(now)) == (True, [(OCTOBER[:10], True)])
    assert now["lines"][0]["slices"] == [{"quantity": 3, "state": "BACKORDERED"}]


async def waiting_order(retailer: Retailer) -> Any:
    """Place an order of three shirts for somebody who waits until the end of the summer."""
    lines = [{"sku": retailer.code("shirt"), "quantity": 3}]
    return await retailer.places(retailer.wish(lines=lines, acceptUntil=SUMMER))


async def promise(retailer: Retailer, order: Any) -> Any:
    """Read what an order is promised, and what was told of it."""
    return (await retailer.graph.data(PROMISE, {"id": order["id"]}))["order"]


async def listed(retailer: Retailer) -> list[str]:
    """Give the orders at risk, as customer service finds them."""
    found = await retailer.graph.data(LISTED, {"channel": retailer.code("web")})
    ids = [each["id"] for each in found["orders"]["nodes"]]
    assert found["orders"]["totalCount"] == len(ids)
    return ids


async def promised(expecting: Expecting) -> list[int]:
    """Give the units that are promised of each supply, by its date."""
    return [each["promised"] for each in await expecting.inbound("shirt")]


def happenings(order: Any) -> list[str]:
    return [entry["happening"] for entry in order["timeline"]["nodes"]]


def dates_of(order: Any) -> list[tuple[str | None, bool]]:
    return [
        (line["availableFrom"] and line["availableFrom"][:10], line["isLate"])
        for line in order["lines"]
    ]
