"""The events of orders: one per entity and commit, without gaps, ids only, with their audience."""

import json
from collections import defaultdict
from typing import Any

from retail_kit.roles import Role
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import ADDRESS, OrdersProcess, a_caller, a_wish

FEEDER = a_caller(Role.INTEGRATION, subject="erp")
PERSON = {"givenName": "Ada", "familyName": "Lovelace", "email": "ada@example.org", "phone": "0199"}


async def a_whole_life(process: OrdersProcess, inventory: FakeInventory) -> Any:
    inventory.give("A", "W1", 2)
    inventory.give("A", "S2", 1)
    line = {"ref": "7", "tier": "gold", **PERSON}
    await process.does("customersImport", {"lines": [line]}, "results { status }", FEEDER)
    order = await process.places("A", quantity=2, customerRef="7")
    order = await process.picks(order, picked=1, short=1)
    fulfilment = order["fulfilments"][0]["id"]
    parcel = {"lines": [{"lineId": order["lines"][0]["id"], "quantity": 1}]}
    await process.moves("fulfilmentPack", fulfilmentId=fulfilment, parcels=[parcel])
    order = await process.moves("fulfilmentShip", fulfilmentId=fulfilment)
    parcel_id = order["fulfilments"][0]["parcels"][0]["id"]
    await process.moves("parcelDeliver", parcelId=parcel_id)
    return await process.moves(
        "orderLineCancel", lineId=order["lines"][0]["id"], reason="CUSTOMER_REQUEST"
    )


async def test_each_entity_counts_its_events_from_one_without_a_gap(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    order = await a_whole_life(process, inventory)
    seqs: dict[str, list[int]] = defaultdict(list)
    for event in await process.events():
        seqs[f"{event['entity']['type']}:{event['entity']['id']}"].append(event["seq"])
    for entity, found in seqs.items():
        assert sorted(found) == list(range(1, len(found) + 1)), entity
    key = next(name for name in seqs if name.startswith("Order:"))
    assert len(seqs[key]) == order["version"] == 7
    assert {name.partition(":")[0] for name in seqs} == {
        "Customer", "Order", "OrderLine", "Fulfilment", "Parcel",
    }  # fmt: skip


async def test_events_and_timelines_hold_nothing_personal(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    await a_whole_life(process, inventory)
    database = process.database
    secrets = [*PERSON.values(), *(value for key, value in ADDRESS.items() if key != "country")]
    personal = {"destinations", "people"}
    kept = defaultdict(str)
    for name in (
        "orders", "fulfilments", "timeline", "outbox", "outcomes", "due_work", "customers",
        "order_refs", "placements", *personal,
    ):  # fmt: skip
        documents = await database.collection(name).find({})
        kept[name] = json.dumps(documents, default=str)
    for name, text in kept.items():
        found = [secret for secret in secrets if secret in text]
        assert (found == []) == (name not in personal), (name, found)


async def test_an_erased_address_leaves_the_order_as_it_was_without_it(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    order = await a_whole_life(process, inventory)
    await process.database.collection("destinations").delete_many({})
    await process.database.collection("people").delete_many({})
    operation = """
    query ($id: ID!) { order(by: {id: $id}) { ref delivery { method address { city } }
      customer { ref familyName } } }
    """
    data = await process.run(operation, {"id": order["id"]})
    assert data["order"] == {
        "ref": order["ref"],
        "delivery": {"method": "HOME", "address": None},
        "customer": {"ref": "7", "familyName": None},
    }


async def test_an_event_is_heard_by_the_customer_the_channel_and_the_locations_it_concerns(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    await a_whole_life(process, inventory)
    events = await process.events()
    customer = next(one["entity"]["id"] for one in events if one["type"] == "customerChanged")
    by_type = defaultdict(list)
    for event in events:
        by_type[event["type"]].append(event)
    assert set(by_type["orderPlaced"][0]["audience"]) == {
        "customer:7", f"customer:{customer}", "channel:web", "location:W1",
    }  # fmt: skip
    assert "location:S2" in by_type["orderChanged"][-1]["audience"]
    at = {one["data"]["locationCode"]: one["audience"] for one in by_type["fulfilmentChanged"]}
    assert at == {"W1": ["location:W1"], "S2": ["location:S2"]}
    assert "customer:7" in by_type["parcelChanged"][0]["audience"]


async def test_an_event_says_what_changed_before_and_after_by_whom_and_why(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.places("A")
    await process.moves("orderCancel", orderId=order["id"], reason="OTHER")
    event = next(one for one in await process.events() if one["type"] == "orderChanged")
    assert event["changes"] == {
        "status": {"before": "OPEN", "after": "CANCELLED"},
        "due": {"before": "10.00", "after": "0.00"},
    }
    assert (event["actor"], event["cause"]) == ("user:ann", "orderCancel")
    assert event["occurredAt"] == "2026-03-02T09:00:00.000Z"


async def test_a_placement_that_is_refused_tells_nothing(process: OrdersProcess) -> None:
    await process.does("orderPlace", a_wish("A"))
    assert await process.events() == []
