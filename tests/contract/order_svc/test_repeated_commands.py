"""The same command sent again: one effect, one answer; another version or input: refused."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from retail_kit.roles import Role
from service_kit.identity.caller import Caller
from tests.contract.order_svc.conftest import OpenProcess
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import (
    ORDER,
    SERVICE_CALLER,
    OrdersProcess,
    a_caller,
    a_payment,
    a_wish,
)

FEEDER = a_caller(Role.INTEGRATION, subject="erp")
PRICE = {"channel": "web", "sku": "A", "unitPrice": {"amount": "9.90", "currency": "EUR"}}
RESULTS = "results { index ref status userErrors { code } }"
LINE_AND_ORDER = f"line {{ id version }} order {{ {ORDER} }}"


async def snapshot(process: OrdersProcess) -> dict[str, Any]:
    """Everything stored, except what the worker and the outbox order add."""
    names = (
        "orders", "fulfilments", "timeline", "outcomes", "outbox", "due_work", "customers",
        "people", "prices", "destinations", "placements", "order_refs", "sandbox_payments",
    )  # fmt: skip
    return {
        name: await process.database.collection(name).find({}, sort=[("_id", 1)]) for name in names
    }


async def ready(process: OrdersProcess, inventory: FakeInventory, step: str) -> dict[str, Any]:
    """Bring an order to where the mutation can be done, and give the mutation's input."""
    inventory.give("A", "W1", 2)
    inventory.give("A", "S2", 2)
    if step == "orderPlace":
        return a_wish("A")
    if step == "customersImport":
        return {"lines": [{"ref": "7", "familyName": "Martin"}]}
    if step == "pricesImport":
        return {"lines": [PRICE]}
    order = await process.places("A", quantity=2, payments=[a_payment("20")])
    line = {"lineId": order["lines"][0]["id"]}
    fulfilment = {"fulfilmentId": order["fulfilments"][0]["id"]}
    if step == "orderCancel":
        return {"orderId": order["id"], "reason": "OTHER"}
    if step == "orderLineCancel":
        return {**line, "quantity": 1, "reason": "OTHER"}
    if step == "fulfilmentPick":
        short = {**line, "picked": 1, "short": 1, "reason": "DAMAGED"}
        return {**fulfilment, "lines": [short]}
    if step == "orderLineSource":
        inventory.give("A", "S2", 0)
        await process.picks(order, picked=0, short=2)
        return line
    order = await process.picks(order, 2)
    if step == "fulfilmentPack":
        return {**fulfilment, "parcels": [{"lines": [{**line, "quantity": 2}]}]}
    order = await process.packs(order, 2)
    if step == "fulfilmentShip":
        return {**fulfilment, "carrier": "Colis"}
    order = await process.ships(order)
    parcel = {"parcelId": order["fulfilments"][0]["parcels"][0]["id"]}
    if step == "parcelDeliver":
        return parcel
    await process.moves("parcelDeliver", **parcel)
    if step == "orderRefund":
        amount = {"amount": "1", "currency": "EUR"}
        named = {"orderId": order["id"], "refundId": "r", "reason": "GESTURE"}
        return {**named, "lines": [{**line, "amount": amount}]}
    units = {"orderId": order["id"], "returnId": "r", "lines": [{**line, "quantity": 1}]}
    if step != "orderReturnDeclare":
        await process.does("orderReturnDeclare", units, caller=SERVICE_CALLER)
    return units


SELECTIONS = {
    "customersImport": RESULTS,
    "pricesImport": RESULTS,
    "orderPlace": f"order {{ {ORDER} }}",
    "orderCancel": f"order {{ {ORDER} }}",
    "orderLineCancel": LINE_AND_ORDER,
    "orderLineSource": LINE_AND_ORDER,
    "fulfilmentPick": f"fulfilment {{ id version }} order {{ {ORDER} }}",
    "fulfilmentPack": f"fulfilment {{ id version }} order {{ {ORDER} }}",
    "fulfilmentShip": f"fulfilment {{ id version }} order {{ {ORDER} }}",
    "parcelDeliver": f"parcel {{ id version }} order {{ {ORDER} }}",
    "orderReturnDeclare": f"order {{ {ORDER} }}",
    "orderReturnWithdraw": f"order {{ {ORDER} }}",
    "orderReturnComplete": f"order {{ {ORDER} }}",
    "orderRefund": f"refund {{ id version }} order {{ {ORDER} }}",
}


def caller_of(mutation: str) -> Caller:
    if mutation.startswith("orderReturn"):
        return SERVICE_CALLER
    return FEEDER if mutation.endswith("Import") else a_caller()


@pytest.mark.parametrize("mutation", SELECTIONS)
async def test_each_mutation_sent_five_times_has_one_effect_and_one_answer(
    mutation: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    input_ = {"idempotencyKey": "same", **await ready(process, inventory, mutation)}
    caller = caller_of(mutation)
    first = await process.does(mutation, input_, SELECTIONS[mutation], caller)
    assert first["userErrors"] == []
    kept, stock = await snapshot(process), Counter(inventory.allocated)
    for _ in range(4):
        assert await process.does(mutation, input_, SELECTIONS[mutation], caller) == first
    assert await snapshot(process) == kept
    assert inventory.allocated == stock


@pytest.mark.parametrize("mutation", SELECTIONS)
async def test_each_mutation_refuses_its_key_with_another_input(
    mutation: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    input_ = {"idempotencyKey": "same", **await ready(process, inventory, mutation)}
    caller = caller_of(mutation)
    await process.does(mutation, input_, SELECTIONS[mutation], caller)
    other = dict(input_)
    if "lines" in other:
        other["lines"] = [*other["lines"], other["lines"][0]]
    else:
        other["expectedVersion"] = 77
    answer = await process.does(mutation, other, SELECTIONS[mutation], caller)
    assert [error["code"] for error in answer["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]


VERSIONED = [one for one in SELECTIONS if not one.endswith(("Import", "Place"))]


@pytest.mark.parametrize("mutation", VERSIONED)
async def test_each_change_expecting_another_version_is_refused_and_changes_nothing(
    mutation: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    input_ = await ready(process, inventory, mutation)
    orders = await process.database.collection("orders").find({})
    caller = caller_of(mutation)
    wrong = {**input_, "expectedVersion": 99}
    answer = await process.does(mutation, wrong, SELECTIONS[mutation], caller)
    (error,) = answer["userErrors"]
    assert error["code"] == "VERSION_CONFLICT"
    params = {one["key"]: one["value"] for one in error["params"]}
    assert await process.database.collection("orders").find({}) == orders

    expected = int(params["currentVersion"])
    answer = await process.does(
        mutation, {**input_, "expectedVersion": expected}, SELECTIONS[mutation], caller
    )
    assert answer["userErrors"] == []


async def test_a_refusal_is_answered_again_though_stock_has_come_since(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    wish = {"idempotencyKey": "same", **a_wish("A")}
    first = await process.does("orderPlace", wish)
    assert [error["code"] for error in first["userErrors"]] == ["INSUFFICIENT_STOCK"]
    inventory.give("A", "S1", 1)
    assert await process.does("orderPlace", wish) == first


async def test_the_same_key_at_once_in_two_processes_places_one_order(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 9)
    processes = [await open_process(), await open_process()]
    wish = {"idempotencyKey": "same", **a_wish("A")}
    answers = await asyncio.gather(*(process.does("orderPlace", wish) for process in processes * 4))
    codes = Counter(error["code"] for answer in answers for error in answer["userErrors"])
    assert set(codes) <= {"IN_PROGRESS"}
    placed = {answer["order"]["id"] for answer in answers if answer["order"]}
    assert len(placed) == 1
    final = await processes[0].does("orderPlace", wish)
    assert placed == {final["order"]["id"]}
    assert inventory.available("A") == 8
    assert await processes[0].database.collection("orders").count({}) == 1


async def test_two_callers_with_the_same_key_each_get_an_order_of_their_own(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 2)
    wish = {"idempotencyKey": "same", **a_wish("A")}
    orders = [
        (await process.does("orderPlace", wish, caller=a_caller(subject=name)))["order"]["id"]
        for name in ("ann", "bob")
    ]
    assert len(set(orders)) == 2


async def test_twenty_buyers_of_one_unit_in_two_processes_are_one_order_and_nineteen_refusals(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    processes = [await open_process(), await open_process()]
    answers = await asyncio.gather(
        *(
            processes[number % 2].does(
                "orderPlace", {"idempotencyKey": f"buyer-{number}", **a_wish("A")}
            )
            for number in range(20)
        )
    )
    codes = Counter(error["code"] for answer in answers for error in answer["userErrors"])
    assert codes == {"INSUFFICIENT_STOCK": 19}
    assert await processes[0].database.collection("orders").count({}) == 1
    assert inventory.available("A") == 0


async def test_two_workers_at_once_change_one_order_one_after_the_other(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 10)
    processes = [await open_process(), await open_process()]
    order = await processes[0].places("A", quantity=10)
    input_ = {"lineId": order["lines"][0]["id"], "quantity": 1, "reason": "OTHER"}
    answers = await asyncio.gather(
        *(
            processes[number % 2].does(
                "orderLineCancel", {"idempotencyKey": f"cancel-{number}", **input_}
            )
            for number in range(6)
        )
    )
    assert [answer["userErrors"] for answer in answers] == [[]] * 6
    order = await processes[0].order(order["id"])
    assert order["version"] == 7
    assert {one["state"]: one["quantity"] for one in order["lines"][0]["slices"]} == {
        "ALLOCATED": 4,
        "CANCELLED": 6,
    }
    while await processes[0].works():
        pass
    assert inventory.available("A") == 6
    events = [one for one in await processes[0].events() if one["entity"]["type"] == "Order"]
    assert sorted(one["seq"] for one in events) == list(range(1, 8))


async def test_two_assistants_expecting_the_same_version_do_not_both_pick(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 2)
    processes = [await open_process(), await open_process()]
    order = await processes[0].places("A", quantity=2)
    input_ = {
        "fulfilmentId": order["fulfilments"][0]["id"],
        "lines": [{"lineId": order["lines"][0]["id"], "picked": 1}],
        "expectedVersion": 1,
    }
    answers = await asyncio.gather(
        *(
            processes[number].does("fulfilmentPick", {"idempotencyKey": f"pick-{number}", **input_})
            for number in range(2)
        )
    )
    codes = sorted(error["code"] for answer in answers for error in answer["userErrors"])
    assert codes == ["VERSION_CONFLICT"]


async def test_two_placements_of_the_same_ref_at_once_are_one_order(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 9)
    processes = [await open_process(), await open_process()]
    answers = await asyncio.gather(
        *(
            processes[number % 2].does(
                "orderPlace", {"idempotencyKey": f"k-{number}", **a_wish("A", ref="mine")}
            )
            for number in range(4)
        )
    )
    codes = Counter(error["code"] for answer in answers for error in answer["userErrors"])
    assert codes == {"REF_TAKEN": 3}
    assert inventory.available("A") == 8
