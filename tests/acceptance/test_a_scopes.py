"""Rows A: what can be sold from a place, a group of places or the network, and to whom."""

from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import FEEDER, Retailer
from tests.support.ruling import Ruling

PARIS = {"latitude": 48.8689, "longitude": 2.3320}
LYON = {"latitude": 45.7640, "longitude": 4.8357}
NICE = {"latitude": 43.7102, "longitude": 7.2620}
LIST_PAGE = """
  query ($skus: [String!]!, $channels: [String!]!, $for: AvailabilityRequest) {
    availability(skus: $skus, channels: $channels, for: $for) {
      sku channel quantity nearestPickup { quantity distanceKm location { code } }
    }
  }
"""


@pytest.mark.capability("A6")
async def test_a6_fifty_items_of_a_list_page_come_with_their_number_and_nearest_pickup(
    ruling: Ruling, retailer: Retailer
) -> None:
    await ruling.opens(
        W1={"type": "WAREHOUSE", "point": PARIS}, S1={"point": LYON}, S2={"point": NICE}
    )
    skus = [f"item{number:02}" for number in range(50)]
    await retailer.sells(*skus)
    for number, sku in enumerate(skus):
        await retailer.counts(sku, W1=number, S1=number % 2, S2=1)

    async def rows(**request: Any) -> Any:
        variables = {
            "skus": [*(retailer.code(sku) for sku in skus), "unheard-of"],
            "channels": [retailer.code("web")],
            "for": request,
        }
        answer = await retailer.graph.data(LIST_PAGE, variables, role=Role.VISITOR)
        return answer["availability"]

    found = await rows(near=PARIS)

    assert len(found) == 51
    assert found[-1] is None
    assert [row["sku"] for row in found[:-1]] == [retailer.code(sku) for sku in skus]
    assert [row["quantity"] for row in found[:-1]] == [n + n % 2 + 1 for n in range(50)]
    nearest = [row["nearestPickup"]["location"]["code"] for row in found[:-1]]
    assert nearest == [retailer.code("S1" if n % 2 else "S2") for n in range(50)]
    assert found[1]["nearestPickup"]["distanceKm"] == pytest.approx(392, abs=5)

    await ruling.groups("south", locationCodes=[retailer.code(at) for at in ("S1", "S2")])
    of_group = await rows(near=PARIS, group=retailer.code("south"))
    assert [row["quantity"] for row in of_group[:-1]] == [n % 2 + 1 for n in range(50)]
    at_one = await rows(near=PARIS, locations=[retailer.code("W1")])
    assert [row["quantity"] for row in at_one[:-1]] == list(range(50))
    assert {row["nearestPickup"] and 1 for row in at_one[:-1]} == {None}


@pytest.mark.capability("A6")
async def test_a6_several_channels_of_an_item_come_in_one_call(retailer: Retailer) -> None:
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.has_channel("kiosk", "S2")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=3, S2=4)
    variables = {
        "skus": [retailer.code("shirt")],
        "channels": [retailer.code("web"), retailer.code("kiosk")],
    }
    answer = await retailer.graph.data(LIST_PAGE, variables, role=Role.VISITOR)
    found = {row["channel"]: row["quantity"] for row in answer["availability"]}
    assert found == {retailer.code("web"): 7, retailer.code("kiosk"): 4}


@pytest.mark.capability("A6")
async def test_a6_groups_hold_what_their_codes_types_and_tags_say(
    ruling: Ruling, retailer: Retailer
) -> None:
    tag = retailer.code("flagship")
    await ruling.opens(
        W1={"type": "WAREHOUSE", "tags": [tag]}, S1={"tags": [tag]}, S2={}, S3={"tags": [tag]}
    )
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=1, S1=2, S2=4, S3=8)
    await ruling.groups("tagged", tags=[tag])
    await ruling.groups("shops", locationTypes=["STORE"], tags=[tag])
    await ruling.groups("first", locationCodes=[retailer.code("S1")], tags=[tag])

    async def units(group: str) -> int:
        return await ruling.units("shirt", group=retailer.code(group))

    assert [await units(group) for group in ("tagged", "shops", "first")] == [11, 10, 2]

    lines = [
        {"code": retailer.code("g1"), "name": "g1", "locationCodes": [retailer.code("S1"), "moon"]},
        {"code": retailer.code("g2"), "name": "g2"},
        {"code": retailer.code("g3"), "name": "g3", "locationTypes": ["STORE"]},
    ]
    payload = await retailer.does(
        "locationGroupsImport",
        {"lines": lines},
        "results { status userErrors { code path } }",
        role=FEEDER,
    )
    assert [line["status"] for line in payload["results"]] == ["REJECTED", "REJECTED", "APPLIED"]
    assert [line["userErrors"] for line in payload["results"]] == [
        [{"code": "UNKNOWN_LOCATION", "path": ["input", "lines", "0", "locationCodes", "1"]}],
        [{"code": "INVALID_INPUT", "path": ["input", "lines", "1", "locationCodes"]}],
        [],
    ]
    unknown = await retailer.graph.execute(
        LIST_PAGE,
        {
            "skus": [retailer.code("shirt")],
            "channels": [retailer.code("web")],
            "for": {"group": "moon"},
        },
    )
    assert unknown.codes == ["UNKNOWN_GROUP"]


@pytest.mark.capability("A7")
async def test_a7_a_shop_counts_only_where_it_delivers_to(
    ruling: Ruling, retailer: Retailer
) -> None:
    await ruling.opens(
        S1={"deliveryZones": [{"country": "FR", "postcodes": ["31"]}]},
        W1={"type": "WAREHOUSE"},
    )
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=2, W1=5)

    assert await ruling.units("shirt", country="FR", postcode="31000") == 7
    assert await ruling.units("shirt", country="FR", postcode="75001") == 5
    assert await ruling.units("shirt", postcode="75001") == 5
    assert await ruling.units("shirt", country="BE") == 5
    assert await ruling.units("shirt") == 7
    collected = {"deliveryMethod": "PICKUP", "country": "FR", "postcode": "75001"}
    assert await ruling.units("shirt", **collected) == 2
    asked = await ruling.available("shirt", country="FR", postcode="75001")
    assert asked["rulesApplied"] == [
        {"rule": "PHYSICAL_STOCK", "units": 7, "code": None, "version": None},
        {"rule": "OUT_OF_SCOPE", "units": -2, "code": None, "version": None},
    ]
    # The order goes to 75002: what the shop has is not sold there.
    wish = retailer.wish(lines=[{"sku": retailer.code("shirt"), "quantity": 6}])
    payload = await retailer.does("orderPlace", wish, "order { id }", role=Role.CUSTOMER_SERVICE)
    assert [error["code"] for error in payload["userErrors"]] == ["INSUFFICIENT_STOCK"]


@pytest.mark.capability("A14")
async def test_a14_a_channel_sells_from_the_stock_points_of_its_brand(
    ruling: Ruling, retailer: Retailer
) -> None:
    await ruling.opens(S1={"brands": ["A", "B"]}, S2={"brands": ["A"]})
    scope = [retailer.code("S1"), retailer.code("S2")]
    await ruling.has_channel("web-A", brands=["A"], locationCodes=scope)
    await ruling.has_channel("web-B", brands=["B"], locationCodes=scope)
    await ruling.has_channel("web-both", brands=["A", "B"], locationCodes=scope)
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=3, S2=4)

    seen = {name: await ruling.units("shirt", name) for name in ("web-A", "web-B", "web-both")}
    assert seen == {"web-A": 7, "web-B": 3, "web-both": 7}
    rows = await ruling.available("shirt", "web-B", "locations { location { code brands } }")
    assert rows["locations"] == [{"location": {"code": retailer.code("S1"), "brands": ["A", "B"]}}]
    assert (await ruling.reserves("web-B", "shirt", 4))["reservation"] is None
