"""The life of one order through the subgraph's own operations."""

from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_wish


async def test_an_order_goes_from_placed_to_delivered_and_its_stock_leaves(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 3)

    order = await process.places("A", quantity=2)
    assert (order["status"], order["version"]) == ("OPEN", 1)
    assert inventory.available("A") == 1
    assert inventory.on_hand["A", "S1"] == 3

    order = await process.picks(order, 2)
    assert order["status"] == "IN_PROGRESS"
    order = await process.packs(order, 2)
    order = await process.ships(order)
    assert order["status"] == "SHIPPED"
    assert (inventory.on_hand["A", "S1"], inventory.available("A")) == (1, 1)

    parcel = order["fulfilments"][0]["parcels"][0]
    order = await process.moves("parcelDeliver", parcelId=parcel["id"])
    assert (order["status"], order["customerStatus"]) == ("DELIVERED", "DELIVERED")
    assert order["totals"]["due"]["amount"] == "20.00"


async def test_an_order_that_one_location_has_whole_is_one_fulfilment(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    inventory.give("A", "S2", 1)
    inventory.give("B", "S2", 1)
    order = await process.places("A", "B")
    assert [one["locationCode"] for one in order["fulfilments"]] == ["S2"]


async def test_an_order_that_no_location_has_whole_is_divided_into_fulfilments(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    inventory.give("B", "S2", 1)
    order = await process.places("A", "B")
    assert [one["locationCode"] for one in order["fulfilments"]] == ["S1", "S2"]


async def test_too_little_stock_leaves_no_order_and_says_how_much_there_is(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    payload = await process.does("orderPlace", a_wish("A", quantity=2, ref="mine"))
    assert payload["order"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert {one["key"]: one["value"] for one in error["params"]} == {
        "sku": "A",
        "requested": "2",
        "available": "1",
    }
    for name in ("orders", "placements", "order_refs", "destinations", "due_work", "timeline"):
        assert await process.database.collection(name).count({}) == 0, name
    assert (await process.places("A", ref="mine"))["ref"] == "mine"


async def test_a_short_pick_moves_the_line_to_the_next_location(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "W1", 1)
    inventory.give("A", "S2", 1)
    order = await process.places("A")
    assert order["fulfilments"][0]["locationCode"] == "W1"

    order = await process.picks(order, picked=0, short=1, counted=0)

    assert [(one["locationCode"], one["state"]) for one in order["fulfilments"]] == [
        ("W1", "SHORT"),
        ("S2", "ASSIGNED"),
    ]
    (part,) = order["lines"][0]["slices"]
    assert (part["state"], part["fulfilment"]["locationCode"]) == ("ALLOCATED", "S2")
    assert inventory.on_hand["A", "W1"] == 0
    assert inventory.allocated == {("A", "W1"): 0, ("A", "S2"): 1}


async def test_a_location_that_could_not_provide_is_not_asked_again_though_it_has_more(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "W1", 5)
    inventory.give("A", "S2", 5)
    order = await process.places("A", quantity=2)
    order = await process.picks(order, picked=1, short=1, reason="DAMAGED", counted=3)
    assert [one["locationCode"] for one in order["fulfilments"]] == ["W1", "S2"]
    assert inventory.on_hand["A", "W1"] == 4
    order = await process.picks(order, picked=0, short=1, counted=4)
    assert [one["state"] for one in order["lines"][0]["slices"]] == ["UNFILLABLE", "PICKED"]


async def test_what_no_other_location_has_becomes_unfillable_and_shows_it(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "W1", 3)
    inventory.give("A", "S2", 1)
    order = await process.places("A", quantity=3)
    order = await process.picks(order, picked=1, short=2)
    assert [(one["quantity"], one["state"]) for one in order["lines"][0]["slices"]] == [
        (1, "ALLOCATED"),
        (1, "UNFILLABLE"),
        (1, "PICKED"),
    ]


async def test_a_line_that_may_wait_is_back_ordered_and_found_when_stock_arrives(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "W1", 1)
    wish = a_wish("A")
    wish["lines"][0]["backorderAllowed"] = True
    order = (await process.does("orderPlace", wish))["order"]
    order = await process.picks(order, picked=0, short=1)
    assert [one["state"] for one in order["lines"][0]["slices"]] == ["BACKORDERED"]

    inventory.give("A", "S2", 1)
    order = await process.moves("orderLineSource", lineId=order["lines"][0]["id"])
    (part,) = order["lines"][0]["slices"]
    assert (part["state"], part["fulfilment"]["locationCode"]) == ("ALLOCATED", "S2")


async def test_cancelling_before_shipping_gives_the_stock_back(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 2)
    order = await process.places("A", quantity=2)
    order = await process.picks(order, 1)
    order = await process.moves("orderCancel", orderId=order["id"], reason="CUSTOMER_REQUEST")
    assert order["status"] == "CANCELLED"
    assert order["totals"]["due"]["amount"] == "0.00"
    assert (inventory.available("A"), inventory.on_hand["A", "S1"]) == (2, 2)


async def test_cancelling_some_units_of_a_line_gives_back_just_these(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    order = await process.places("A", quantity=5)
    order = await process.moves(
        "orderLineCancel", lineId=order["lines"][0]["id"], quantity=2, reason="OTHER"
    )
    assert inventory.available("A") == 2
    assert order["totals"] == {
        "ordered": {"amount": "50.00", "currency": "EUR"},
        "cancelled": {"amount": "20.00"},
        "due": {"amount": "30.00"},
    }


async def test_a_shipped_order_cannot_be_cancelled_and_nothing_changes(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.places("A")
    order = await process.ships(await process.packs(await process.picks(order)))
    payload = await process.does("orderCancel", {"orderId": order["id"], "reason": "OTHER"})
    (error,) = payload["userErrors"]
    assert error["code"] == "ACTION_NOT_ALLOWED"
    assert {"key": "reason", "value": "ALREADY_SHIPPED"} in error["params"]
    assert await process.order(order["id"]) == order


async def test_stock_follows_later_when_inventory_is_away_while_an_order_is_shipped(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.packs(await process.picks(await process.places("A")))
    inventory.away = 3
    order = await process.ships(order)
    assert order["status"] == "SHIPPED"
    assert inventory.on_hand["A", "S1"] == 1
    while await process.works():
        pass
    assert inventory.on_hand["A", "S1"] == 0
    assert inventory.away == 0
