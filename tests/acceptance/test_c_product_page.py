"""Row C3: the product page shows when an item can be had, and where it is until then."""

import pytest

from tests.support.expecting import Expecting
from tests.support.retailer import Retailer
from tests.support.ruling import Ruling

PARIS, TOULOUSE = "75001", "31000"


@pytest.mark.capability("C3")
async def test_c3_the_date_of_what_is_on_its_way_to_where_a_postcode_is_served(
    ruling: Ruling, retailer: Retailer
) -> None:
    await ruling.opens(
        W1={"type": "WAREHOUSE", "deliveryZones": [{"country": "FR", "postcodes": ["75"]}]},
        D1={"type": "SUPPLIER", "leadTimeDays": 60},
    )
    await retailer.sells("sofa")
    expecting = Expecting(retailer)
    await expecting.buys_from("maker", delay_days=2)
    maker = {"supplierCode": retailer.code("maker")}
    assert await _soonest(ruling, "sofa", PARIS) is None

    await expecting.expects("PO-1", "sofa", "W1", 1, "2026-04-15T00:00:00Z", **maker)
    assert await _soonest(ruling, "sofa", PARIS) == ("2026-04-17", "BACKORDER")
    assert await _soonest(ruling, "sofa", TOULOUSE) is None

    await retailer.counts("sofa", D1=1)
    assert await _soonest(ruling, "sofa", PARIS) == ("2026-04-17", "BACKORDER")
    assert await _soonest(ruling, "sofa", TOULOUSE) == ("2026-05-25", "AT_SUPPLIER")

    await retailer.counts("sofa", W1=1)
    assert await _soonest(ruling, "sofa", PARIS) == ("2026-03-02", "IN_STOCK")
    held = {"sku": retailer.code("sofa"), "title": "sofa", "releaseAt": "2026-04-01T00:00:00Z"}
    await ruling.imports("items", [held])
    assert await _soonest(ruling, "sofa", PARIS) == ("2026-04-01", "IN_STOCK")
    past = await ruling.available("sofa", selection="soonest { kind }", asOf="2026-03-01T00:00:00Z")
    assert past["soonest"] is None


@pytest.mark.capability("C3")
async def test_c3_what_only_a_quota_promises_is_a_preorder_and_goods_that_come_to_a_supplier_wait(
    ruling: Ruling, retailer: Retailer
) -> None:
    await ruling.opens(W1={"type": "WAREHOUSE"}, D1={"type": "SUPPLIER", "leadTimeDays": 1})
    await retailer.sells("book")
    expecting = Expecting(retailer)
    await expecting.opens_quota(
        *("first", "book", "W1", 5),
        opensAt="2026-03-01T00:00:00Z",
        closesAt="2026-05-01T00:00:00Z",
        availableFrom="2026-06-15T00:00:00Z",
    )
    assert await _soonest(ruling, "book", PARIS) == ("2026-06-15", "PREORDER")

    friday = "2026-06-12T10:00:00Z"
    await expecting.expects("PO-1", "book", "D1", 5, friday)
    assert await _soonest(ruling, "book", PARIS) == ("2026-06-15", "PREORDER")
    await expecting.expects("PO-1", "book", "D1", 5, "2026-06-11T10:00:00Z")
    assert await _soonest(ruling, "book", PARIS) == ("2026-06-12", "BACKORDER")


async def _soonest(ruling: Ruling, sku: str, postcode: str) -> tuple[str, str] | None:
    """Give the day on which an item can leave for a postcode, and its kind, as shoppers see it."""
    selection = "soonest { availableFrom kind }"
    asked = await ruling.available(sku, selection=selection, role=None, postcode=postcode)
    found = asked["soonest"]
    return None if found is None else (found["availableFrom"][:10], found["kind"])
