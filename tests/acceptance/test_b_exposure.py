"""Rows B: which stock each channel may sell from."""

import pytest

from tests.support.retailer import Retailer
from tests.support.ruling import Ruling


@pytest.mark.capability("B1")
async def test_b1_a_point_closed_to_the_marketplace_still_sells_on_the_web(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.has_channel("marketplace", "S1", "S2")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=3, S2=4)
    assert await retailer.available("shirt", "marketplace") == 7
    await retailer.has_channel("marketplace", "S1", "S2", without=["S2"])
    assert await retailer.available("shirt", "marketplace") == 3
    assert await retailer.available("shirt", "web") == 7


@pytest.mark.capability("B7")
async def test_b7_five_channels_see_five_numbers_of_one_stock_in_one_call(
    retailer: Retailer, ruling: Ruling
) -> None:
    places = ("S1", "S2", "S3", "W1")
    await retailer.opens(S1="STORE", S2="STORE", S3="STORE", W1="WAREHOUSE")
    for channel in ("mobile", "kiosk", "marketplace", "store"):
        await retailer.has_channel(channel, *places)
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=1, S2=2, S3=4, W1=8)
    hidden, exposed = {"exposed": False}, {"exposed": True}
    await ruling.publishes(
        ruling.rule("mobile", {"protectUnits": 1}, channel="mobile"),
        ruling.rule("kiosk", hidden, channel="kiosk", locationType="WAREHOUSE"),
        ruling.rule("marketplace", {"share": {"percent": 30}}, channel="marketplace"),
        ruling.rule("store", hidden, channel="store"),
        ruling.rule("store-S1", exposed, channel="store", locationCode="S1"),
    )
    seen = {"web": 15, "mobile": 11, "kiosk": 7, "marketplace": 4, "store": 1}
    fields = " ".join(
        f'{channel}: availability(channel: "{retailer.code(channel)}") {{ quantity }}'
        for channel in seen
    )
    item = await retailer.item("shirt", fields)
    assert {channel: found["quantity"] for channel, found in item.items()} == seen
