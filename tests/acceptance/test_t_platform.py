"""Rows T: what is asked of the platform itself."""

import pytest

from tests.support.feeding import Feeding
from tests.support.retailer import Retailer


@pytest.fixture
async def feeding(retailer: Retailer) -> Feeding:
    """A retailer with a shop of a source, and shirts."""
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shirt", "hat")
    feeding = Feeding(retailer)
    await feeding.has_source("tills", "S1", fresh_for_hours=48)
    return feeding


@pytest.mark.capability("T4")
async def test_t4_a_refused_line_is_kept_with_its_reason_and_replayed_once_corrected(
    feeding: Feeding,
) -> None:
    retailer = feeding.retailer
    fed = await feeding.feeds(
        "DELTA",
        feeding.line("shirt", "S1", 5),
        feeding.line("sock", "S1", 3),
        feeding.line("hat", "S2", 2),
        feeding.line("hat", "S1", -1),
        source="tills",
    )
    assert [row["status"] for row in fed["results"]] == ["APPLIED", *["REJECTED"] * 3]
    feed = fed["feedId"]
    kept = await feeding.rejections(feed)
    assert [(row["number"], _codes(row)) for row in kept] == [
        (1, ["UNKNOWN_SKU"]),
        (2, ["LOCATION_NOT_OF_SOURCE"]),
        (3, ["NEGATIVE_STOCK"]),
    ]
    assert kept[0] == kept[0] | {
        "sku": retailer.code("sock"),
        "locationCode": retailer.code("S1"),
        "quantity": "3",
        "state": "OPEN",
        "source": retailer.code("tills"),
    }
    assert kept[0]["userErrors"][0]["path"] == ["input", "lines", "1", "sku"]

    hat = {"sku": retailer.code("hat")}
    first = await feeding.corrects(
        feed,
        {"number": 1, **hat},
        {"number": 2, "locationCode": retailer.code("S9")},
        {"number": 3},
    )
    assert [(row["index"], row["status"], _codes(row)) for row in first] == [
        (1, "APPLIED", []),
        (2, "REJECTED", ["UNKNOWN_LOCATION"]),
        (3, "APPLIED", []),
    ]
    assert (await retailer.position("hat", "S1"))["onHand"] == 2
    again = await feeding.corrects(feed, {"number": 1, **hat}, {"number": 3}, discard=[2])
    assert [(row["index"], row["status"], _codes(row)) for row in again] == [
        (1, "REJECTED", ["FEED_LINE_SETTLED"]),
        (2, "APPLIED", []),
        (3, "REJECTED", ["FEED_LINE_SETTLED"]),
    ]
    assert (await retailer.position("hat", "S1"))["onHand"] == 2
    assert await feeding.rejections(feed) == []
    assert [row["number"] for row in await feeding.rejections(feed, "CORRECTED")] == [1, 3]
    assert [row["number"] for row in await feeding.rejections(feed, "DISCARDED")] == [2]


def _codes(row: dict[str, list[dict[str, str]]]) -> list[str]:
    return [error["code"] for error in row["userErrors"]]
