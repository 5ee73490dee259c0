"""Rows G: an order, its parts, and the status folded from them."""

import asyncio
from itertools import combinations
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import ORDER, Retailer, eventually

STATES = ("OPEN", "IN_PROGRESS", "SHIPPED", "DELIVERED", "CANCELLED")
"""What a line can be brought to from outside; PICKED and PACKED both count as in progress."""


@pytest.mark.capability("G4")
async def test_g4_each_unit_has_the_status_and_tracking_number_of_its_parcel(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=3)
    order = await retailer.places(
        retailer.wish(lines=[{"sku": retailer.code("shirt"), "quantity": 3}])
    )
    (line,), (part,) = order["lines"], order["fulfilments"]
    await retailer.picks(part, [{"lineId": line["id"], "picked": 3}])
    parcels = [{"lines": [{"lineId": line["id"], "quantity": units}]} for units in (2, 1)]
    payload = await retailer.manages(
        "fulfilmentPack", {"fulfilmentId": part["id"], "parcels": parcels}, f"order {{ {ORDER} }}"
    )
    first, second = payload["order"]["fulfilments"][0]["parcels"]
    tracked = [
        {"parcelId": first["id"], "trackingNumber": "T1"},
        {"parcelId": second["id"], "trackingNumber": "T2"},
    ]
    await retailer.manages(
        "fulfilmentShip",
        {"fulfilmentId": part["id"], "carrier": "post", "parcels": tracked},
        "order { id }",
    )
    order = await retailer.delivers(second)
    numbers = {
        parcel["id"]: parcel["trackingNumber"] for parcel in order["fulfilments"][0]["parcels"]
    }
    units = {
        (slice_["quantity"], slice_["state"], numbers[slice_["parcel"]["id"]])
        for slice_ in order["lines"][0]["slices"]
    }
    assert units == {(2, "SHIPPED", "T1"), (1, "DELIVERED", "T2")}


@pytest.mark.capability("G12")
async def test_g12_of_five_units_three_are_shipped_and_two_find_another_location(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5, S2=2)
    order = await retailer.places(
        retailer.wish(lines=[{"sku": retailer.code("shirt"), "quantity": 5}])
    )
    (line,), (f1,) = order["lines"], order["fulfilments"]
    found = {"lineId": line["id"], "picked": 3, "short": 2, "reason": "NOT_FOUND"}
    await retailer.picks(f1, [found])
    await retailer.packs(f1, line, 3)
    await retailer.ships(f1)
    order = await eventually(
        lambda: retailer.order(order["id"]), lambda now: len(now["fulfilments"]) > 1
    )
    units = {
        (slice_["quantity"], slice_["state"], slice_["fulfilment"]["locationCode"])
        for slice_ in order["lines"][0]["slices"]
    }
    assert units == {(3, "SHIPPED", retailer.code("S1")), (2, "ALLOCATED", retailer.code("S2"))}
    assert [part["state"] for part in order["fulfilments"]] == ["HANDED_OVER", "ASSIGNED"]
    assert order["status"] == "PARTIALLY_SHIPPED"


@pytest.mark.capability("G5")
async def test_g5_the_parts_of_an_order_at_two_locations_go_their_own_ways(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.sells("shirt", "skirt")
    await retailer.counts("shirt", S1=1)
    await retailer.counts("skirt", W1=1)
    order = await retailer.places(retailer.wish("shirt", "skirt"))
    at = {part["locationCode"]: part for part in order["fulfilments"]}
    assert set(at) == {retailer.code("S1"), retailer.code("W1")}
    f1, f2 = at[retailer.code("S1")], at[retailer.code("W1")]
    lines = {line["sku"]: line for line in order["lines"]}
    shirt, skirt = lines[retailer.code("shirt")], lines[retailer.code("skirt")]

    await retailer.picks(f1, [{"lineId": shirt["id"], "picked": 1}])
    await retailer.packs(f1, shirt)
    order = await retailer.ships(f1)
    assert _states(order) == {f1["id"]: "HANDED_OVER", f2["id"]: "ASSIGNED"}
    assert order["status"] == "PARTIALLY_SHIPPED"

    order = await retailer.picks(f2, [{"lineId": skirt["id"], "picked": 1}])
    assert _states(order) == {f1["id"]: "HANDED_OVER", f2["id"]: "PICKED"}

    (parcel,) = (parcel for part in order["fulfilments"] for parcel in part["parcels"])
    order = await retailer.delivers(parcel)
    assert _states(order) == {f1["id"]: "HANDED_OVER", f2["id"]: "PICKED"}
    assert order["status"] == "PARTIALLY_DELIVERED"

    order = await retailer.cancels_line(skirt)
    assert _states(order) == {f1["id"]: "HANDED_OVER", f2["id"]: "CANCELLED"}
    assert order["status"] == "DELIVERED"


@pytest.mark.capability("G6")
async def test_g6_shipped_delivered_and_cancelled_lines_are_a_partly_delivered_order(
    retailer: Retailer,
) -> None:
    order = await _brought_to(retailer, ("SHIPPED", "DELIVERED", "CANCELLED"))
    assert order["status"] == "PARTIALLY_DELIVERED"


@pytest.mark.capability("G6")
@pytest.mark.parametrize("lines", range(1, len(STATES) + 1))
async def test_g6_the_status_follows_from_the_lines_in_every_combination(
    retailer: Retailer, lines: int
) -> None:
    wanted = list(combinations(STATES, lines))
    makers = [Retailer(retailer.graph, f"{retailer.mark}{n}") for n in range(len(wanted))]
    orders = await asyncio.gather(*map(_brought_to, makers, wanted))
    found = {states: order["status"] for states, order in zip(wanted, orders, strict=True)}
    assert found == {states: _expected(set(states)) for states in wanted}
    for states, order in zip(wanted, orders, strict=True):
        assert [line["status"] for line in order["lines"]] == list(states)


@pytest.mark.capability("G10")
async def test_g10_a_client_s_orders_of_all_channels_are_in_one_list(retailer: Retailer) -> None:
    channels = ("web", "store", "marketplace")
    await retailer.opens(S1="STORE")
    for channel in channels[1:]:
        await retailer.has_channel(channel, "S1")
    await retailer.sells("shirt", channels=channels)
    await retailer.counts("shirt", S1=5)
    await retailer.knows("ada", "bob")
    ada, bob = retailer.code("ada"), retailer.code("bob")
    placed = [
        await retailer.places(retailer.wish("shirt", channel=channel, customerRef=ada))
        for channel in channels
    ]
    await retailer.places(retailer.wish("shirt", customerRef=bob))

    data = await retailer.graph.data(
        """
          query ($ref: String!) {
            orders(filter: {customerRef: $ref}) { nodes { id channelCode channel { name } } }
            customer(by: {ref: $ref}) { orders { nodes { id } } }
          }
        """,
        {"ref": ada},
        role=Role.CUSTOMER_SERVICE,
    )
    listed = data["orders"]["nodes"]
    assert {order["id"] for order in listed} == {order["id"] for order in placed}
    assert {order["channelCode"] for order in listed} == {retailer.code(name) for name in channels}
    assert {order["channel"]["name"] for order in listed} == set(channels)
    assert data["customer"]["orders"]["nodes"] == [{"id": order["id"]} for order in listed]


def _states(order: Any) -> dict[str, str]:
    return {part["id"]: part["state"] for part in order["fulfilments"]}


def _expected(states: set[str]) -> str:
    """Say in words what the status shall be; written here apart from the product's own table."""
    live = states - {"CANCELLED"}
    if not live:
        return "CANCELLED"
    if "DELIVERED" in live:
        return "DELIVERED" if live == {"DELIVERED"} else "PARTIALLY_DELIVERED"
    if "SHIPPED" in live:
        return "SHIPPED" if live == {"SHIPPED"} else "PARTIALLY_SHIPPED"
    return "IN_PROGRESS" if "IN_PROGRESS" in live else "OPEN"


async def _brought_to(retailer: Retailer, states: tuple[str, ...]) -> Any:
    """Place an order with a line for each state, each at a location of its own, and move them."""
    names = [f"S{number}" for number in range(len(states))]
    skus = [f"sku{number}" for number in range(len(states))]
    await retailer.opens(**dict.fromkeys(names, "STORE"))
    await retailer.sells(*skus)
    for sku, name in zip(skus, names, strict=True):
        await retailer.counts(sku, **{name: 1})
    order = await retailer.places(retailer.wish(*skus))
    for line, state in zip(order["lines"], states, strict=True):
        await _move(retailer, line, state)
    data = await retailer.graph.data(
        f"query ($id: ID!) {{ order(by: {{id: $id}}) {{ {ORDER} }} }}", {"id": order["id"]}
    )
    return data["order"]


async def _move(retailer: Retailer, line: Any, state: str) -> None:
    part = line["slices"][0]["fulfilment"]
    if state == "OPEN":
        return
    if state == "CANCELLED":
        await retailer.cancels_line(line)
        return
    await retailer.picks(part, [{"lineId": line["id"], "picked": 1}])
    if state == "IN_PROGRESS":
        return
    await retailer.packs(part, line)
    order = await retailer.ships(part)
    if state == "DELIVERED":
        (parcel,) = next(each for each in order["fulfilments"] if each["id"] == part["id"])[
            "parcels"
        ]
        await retailer.delivers(parcel)
