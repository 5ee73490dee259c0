"""Rows N: the single piece and its condition."""

import pytest

from retail_kit.roles import Role
from tests.support.retailer import Retailer
from tests.support.ruling import Ruling, codes


@pytest.mark.capability("N1")
async def test_n1_an_order_of_new_goods_never_takes_used_ones(retailer: Retailer) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("bag")
    await retailer.counts("bag", S1=5)
    await retailer.counts_in("USED_A", "bag", {"S1": 2})
    channel = retailer.code("web")
    conditions = f"""
      new: availability(channel: "{channel}") {{ quantity }}
      used: availability(channel: "{channel}", for: {{condition: USED_A}}) {{ quantity }}
    """
    assert await retailer.item("bag", conditions) == {
        "new": {"quantity": 5},
        "used": {"quantity": 2},
    }
    six, five = ([{"sku": retailer.code("bag"), "quantity": units}] for units in (6, 5))
    refused = await retailer.does(
        "orderPlace", retailer.wish(lines=six), "order { id }", role=Role.CUSTOMER_SERVICE
    )
    (error,) = refused["userErrors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert {"key": "available", "value": "5"} in error["params"]
    await retailer.places(retailer.wish(lines=five))
    assert await retailer.item("bag", conditions) == {
        "new": {"quantity": 0},
        "used": {"quantity": 2},
    }


@pytest.mark.capability("N8")
async def test_n8_a_marketplace_exposes_used_goods_only(ruling: Ruling, retailer: Retailer) -> None:
    await retailer.opens(S1="STORE")
    await retailer.has_channel("marketplace", "S1")
    await retailer.sells("bag")
    await retailer.counts("bag", S1=5)
    await retailer.counts_in("USED_A", "bag", {"S1": 2})
    unused = {"channel": "marketplace", "conditions": ["NEW", "REFURBISHED"]}
    await ruling.publishes(ruling.rule("used-only", {"exposed": False}, **unused))

    assert await ruling.units("bag", "marketplace") == 0
    assert await ruling.units("bag", "marketplace", condition="USED_A") == 2
    assert await ruling.units("bag") == 5
    assert await ruling.units("bag", condition="USED_A") == 2
    assert codes(await ruling.reserves("marketplace", "bag")) == ["INSUFFICIENT_STOCK"]
    used = {"condition": "USED_A"}
    assert codes(await ruling.reserves("marketplace", "bag", 2, line=used)) == []
