"""Rows E: orders find their way to a site, and away from one that cannot serve them."""

import pytest

from retail_kit.roles import Role
from tests.support.retailer import ORDER, Retailer, eventually


@pytest.mark.capability("E13")
async def test_e13_a_short_pick_moves_the_line_to_the_next_location_by_itself(
    retailer: Retailer,
) -> None:
    await retailer.opens(W1="WAREHOUSE", S2="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=1, S2=3)
    order = await retailer.places(retailer.wish("shirt"))
    (line,), (at_w1,) = order["lines"], order["fulfilments"]
    assert at_w1["locationCode"] == retailer.code("W1")

    pick = {"lineId": line["id"], "short": 1, "reason": "NOT_FOUND", "counted": 0}
    await retailer.picks(at_w1, [pick])

    moved = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: [each["state"] for each in now["fulfilments"]] == ["SHORT", "ASSIGNED"],
    )
    (slice_,) = moved["lines"][0]["slices"]
    assert slice_["state"] == "ALLOCATED"
    assert slice_["fulfilment"]["locationCode"] == retailer.code("S2")
    assert slice_["quantity"] == 1

    corrected = await eventually(
        lambda: retailer.position("shirt", "W1"), lambda now: now["onHand"] == 0
    )
    assert (corrected["allocated"], corrected["available"]) == (0, 0)
    at_s2 = await retailer.position("shirt", "S2")
    assert (at_s2["onHand"], at_s2["allocated"], at_s2["available"]) == (3, 1, 2)
    assert await retailer.available("shirt") == 2

    at_s2_fulfilment = moved["fulfilments"][1]
    await retailer.picks(at_s2_fulfilment, [{"lineId": line["id"], "picked": 1}])
    await retailer.packs(at_s2_fulfilment, line)
    assert (await retailer.ships(at_s2_fulfilment))["status"] == "SHIPPED"


@pytest.mark.capability("E13")
async def test_e13_the_client_sees_nothing_of_a_short_pick(retailer: Retailer) -> None:
    await retailer.opens(W1="WAREHOUSE", S2="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=1, S2=1)
    await retailer.knows("ada")
    ada = retailer.code("ada")
    order = await retailer.places(retailer.wish("shirt", customerRef=ada))
    (line,), (at_w1,) = order["lines"], order["fulfilments"]

    await retailer.picks(at_w1, [{"lineId": line["id"], "short": 1, "reason": "NOT_FOUND"}])
    await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: now["lines"][0]["slices"][0]["state"] == "ALLOCATED",
    )
    data = await retailer.graph.data(
        "query ($id: ID!) { order(by: {id: $id}) { customerStatus lines { quantity } } }",
        {"id": order["id"]},
        role=Role.CUSTOMER,
        grants=(f"customer:{ada}",),
    )
    assert data["order"] == {"customerStatus": "VALIDATED", "lines": [{"quantity": 1}]}


async def test_a_short_pick_of_the_last_unit_leaves_the_line_without_a_location(
    retailer: Retailer,
) -> None:
    await retailer.opens(W1="WAREHOUSE", S2="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=1)
    order = await retailer.places(retailer.wish("shirt"))
    (line,), (at_w1,) = order["lines"], order["fulfilments"]
    await retailer.picks(at_w1, [{"lineId": line["id"], "short": 1, "reason": "NOT_FOUND"}])
    stuck = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: now["lines"][0]["slices"][0]["state"] == "UNFILLABLE",
    )
    assert stuck["status"] == "OPEN"

    await retailer.counts("shirt", S2=2)
    payload = await retailer.manages(
        "orderLineSource", {"lineId": line["id"]}, f"order {{ {ORDER} }}"
    )
    assert payload["order"]["id"] == order["id"]
    await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: now["lines"][0]["slices"][0]["state"] == "ALLOCATED",
    )
    assert await retailer.available("shirt") == 1
