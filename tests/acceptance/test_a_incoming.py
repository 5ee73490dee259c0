"""Row A2: what is in transit or on order is seen, and is not stock yet."""

import pytest

from tests.support.expecting import Expecting
from tests.support.retailer import Retailer

LATER = "2026-03-12T00:00:00.000Z"


@pytest.fixture
def expecting(retailer: Retailer) -> Expecting:
    """That retailer, expecting goods."""
    return Expecting(retailer)


@pytest.mark.capability("A2")
async def test_a2_a_transfer_is_seen_at_its_destination_with_its_date_and_is_not_sold_today(
    retailer: Retailer, expecting: Expecting
) -> None:
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=0, W1=9)

    await expecting.expects(
        *("T-1", "shirt", "S1", 4, "2026-03-12T00:00:00Z"),
        kind="TRANSFER",
        fromLocationCode=retailer.code("W1"),
    )
    await expecting.expects("PO-1", "shirt", "W1", 20, "2026-03-20T00:00:00Z")

    at = retailer.code("S1")
    item = await retailer.item(
        "shirt",
        f"""
          incoming {{ locationCode quantity availableFrom location {{ code }} }}
          inbound {{ kind reference quantity free availableFrom fromLocationCode }}
          availability(channel: "{retailer.code("web")}", for: {{locations: ["{at}"]}}) {{
            quantity
            locations {{ quantity onHand incoming {{ quantity availableFrom }} }}
          }}
          positions {{ locationCode onHand incoming {{ quantity availableFrom }} }}
        """,
    )

    coming = [{"quantity": 4, "availableFrom": LATER}]
    assert item["availability"] == {
        "quantity": 0,
        "locations": [{"quantity": 0, "onHand": 0, "incoming": coming}],
    }
    by_place = {each["locationCode"]: each for each in item["positions"]}
    assert by_place[at]["onHand"] == 0
    assert by_place[at]["incoming"] == coming
    assert [(each["location"]["code"], each["quantity"]) for each in item["incoming"]] == [
        (at, 4),
        (retailer.code("W1"), 20),
    ]
    assert item["inbound"][0] == {
        "kind": "TRANSFER",
        "reference": retailer.code("T-1"),
        "quantity": 4,
        "free": 4,
        "availableFrom": LATER,
        "fromLocationCode": retailer.code("W1"),
    }


@pytest.mark.capability("A2")
async def test_a2_what_has_come_is_stock_and_is_not_expected_any_more(
    retailer: Retailer, expecting: Expecting
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await expecting.expects("PO-1", "shirt", "S1", 4, "2026-03-12T00:00:00Z")

    await expecting.receives("PO-1", "shirt", "S1", 3)
    assert (await retailer.position("shirt", "S1"))["onHand"] == 3
    assert await retailer.available("shirt") == 3
    assert await expecting.future("shirt") == [("2026-03-02", 3), ("2026-03-12", 4)]

    await expecting.receives("PO-1", "shirt", "S1", 2)
    assert await retailer.available("shirt") == 5
    assert await expecting.inbound("shirt") == []
    assert [each["kind"] for each in await retailer.ledger("shirt", "S1")] == ["RECEIVED"] * 2
