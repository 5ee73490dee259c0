"""What the returns service does with orders: reads what can come back, and moves units."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.contract.order_svc.conftest import OpenProcess
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import SERVICE_CALLER, OrdersProcess, a_caller, a_payment, a_wish

RETURNABLE = """
  orderId ref channelCode customerRef country paymentState version
  lines { lineId sku quantity unitPaid { amount } paidTotal { amount } capturedTotal { amount }
    refundedTotal { amount } isSettling delivered { quantity deliveredAt } returnDeclared returned }
"""
FEEDER = a_caller(Role.INTEGRATION, subject="erp")


async def returnable(process: OrdersProcess, **by: str) -> Any:
    operation = f"query ($by: OrderForReturnBy!) {{ orderForReturn(by: $by) {{ {RETURNABLE} }} }}"
    return (await process.run(operation, {"by": by}, SERVICE_CALLER))["orderForReturn"]


async def step(process: OrdersProcess, name: str, order: Any, units: int, **more: Any) -> Any:
    lines = [{"lineId": order["lines"][0]["id"], "quantity": units}]
    given = {"orderId": order["id"], "returnId": "ret-1", "lines": lines, **more}
    return await process.does(f"orderReturn{name}", given, caller=SERVICE_CALLER)


def states(order: Any) -> Counter[str]:
    found = Counter[str]()
    for line in order["lines"]:
        for one in line["slices"]:
            found[one["state"]] += one["quantity"]
    return found


async def test_an_order_is_found_by_id_by_reference_and_by_line(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 3)
    order = await process.delivered("A", quantity=3, customerRef="7")
    by_id = await returnable(process, id=order["id"])
    assert await returnable(process, ref=order["ref"]) == by_id
    assert await returnable(process, lineId=order["lines"][0]["id"]) == by_id
    assert (by_id["orderId"], by_id["country"], by_id["customerRef"]) == (order["id"], "FR", "7")
    assert by_id["paymentState"] == "NONE"
    (line,) = by_id["lines"]
    assert line["delivered"] == [{"quantity": 3, "deliveredAt": "2026-03-02T09:00:00.000Z"}]
    assert line["unitPaid"] == {"amount": "10.00"}
    assert line["paidTotal"] == {"amount": "30.00"}
    assert line["capturedTotal"] == line["refundedTotal"] == {"amount": "0.00"}
    assert await returnable(process, ref="none") is None


async def test_the_orders_of_lines_are_given_once_each(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    for sku in "AB":
        inventory.give(sku, "S1", 3)
    wide, narrow = await process.delivered("A", "B"), await process.delivered("A")
    operation = (
        "query ($of: [ID!]!) { ordersOfLinesForReturn(lineIds: $of) { orderId lines { lineId } } }"
    )
    lines = [line["id"] for order in (wide, narrow, wide) for line in order["lines"]]

    found = (await process.run(operation, {"of": lines}, SERVICE_CALLER))["ordersOfLinesForReturn"]

    assert found == [
        {"orderId": order["id"], "lines": [{"lineId": line["id"]} for line in order["lines"]]}
        for order in (wide, narrow)
    ]


async def test_what_was_paid_for_a_unit_is_after_discounts_and_exact_in_total(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 3)
    price = {"amount": "10.00", "currency": "EUR"}
    off = [{"code": "WINTER", "amount": {"amount": "5.00", "currency": "EUR"}}]
    line = {"sku": "A", "quantity": 3, "unitPrice": price, "discounts": off}
    order = await process.delivered(lines=[line], payments=[a_payment("25.00")])
    (found,) = (await returnable(process, id=order["id"]))["lines"]
    assert found["unitPaid"] == {"amount": "8.33"}
    assert found["paidTotal"] == found["capturedTotal"] == {"amount": "25.00"}


async def test_what_was_taken_is_not_final_before_the_provider_has_answered(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    wish: dict[str, Any] = {
        "idempotencyKey": "same",
        "payments": [a_payment("10", token="tok_slow")],
    }
    await process.does("orderPlace", a_wish("A", **wish))
    await process.works()
    order = await process.delivered("A", **wish)

    (line,) = (await returnable(process, id=order["id"]))["lines"]
    assert (line["capturedTotal"], line["isSettling"]) == ({"amount": "0.00"}, True)
    await process.works()

    (line,) = (await returnable(process, id=order["id"]))["lines"]
    assert (line["capturedTotal"], line["isSettling"]) == ({"amount": "10.00"}, False)


async def test_units_are_declared_kept_after_all_and_returned(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 3)
    order = await process.delivered("A", quantity=3)
    order = (await step(process, "Declare", order, 2))["order"]
    assert states(order) == {"DELIVERED": 1, "RETURN_DECLARED": 2}
    assert order["status"] == "DELIVERED"
    order = (await step(process, "Withdraw", order, 1))["order"]
    assert states(order) == {"DELIVERED": 2, "RETURN_DECLARED": 1}
    order = (await step(process, "Complete", order, 1))["order"]
    assert states(order) == {"DELIVERED": 2, "RETURNED": 1}
    assert (await process.money(order["id"]))["hasReturn"] is True
    await step(process, "Declare", order, 2, returnId="ret-2")
    order = (await step(process, "Complete", order, 2, returnId="ret-2"))["order"]
    assert (order["status"], order["customerStatus"]) == ("RETURNED", "RETURNED")
    (line,) = (await returnable(process, id=order["id"]))["lines"]
    assert (line["delivered"], line["returnDeclared"], line["returned"]) == ([], 0, 3)


async def test_what_is_not_with_the_customer_cannot_be_declared_and_nothing_moves(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 2)
    inventory.give("B", "S1", 1)
    order = await process.delivered("A", "B")
    lines = [{"lineId": line["id"], "quantity": count} for line, count in zip(
        order["lines"], (1, 2), strict=True)]  # fmt: skip
    given = {"orderId": order["id"], "returnId": "ret-1", "lines": lines}
    payload = await process.does("orderReturnDeclare", given, caller=SERVICE_CALLER)
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("NOTHING_LEFT", ["input", "lines", "1", "quantity"])
    assert {one["key"]: one["value"] for one in error["params"]} == {
        "lineId": order["lines"][1]["id"], "requested": "2", "returnable": "1",
    }  # fmt: skip
    assert states(await process.order(order["id"])) == {"DELIVERED": 2}


@pytest.mark.parametrize("name", ["Withdraw", "Complete"])
async def test_units_of_another_return_are_left_alone(
    name: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.delivered("A")
    await step(process, "Declare", order, 1)
    payload = await step(process, name, order, 1, returnId="ret-2")
    assert [error["code"] for error in payload["userErrors"]] == ["NOTHING_LEFT"]


async def test_the_latest_delivered_units_are_declared_first(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    inventory.give("A", "S2", 1)
    order = await process.places("A", quantity=2)
    for fulfilment in order["fulfilments"]:
        await process.brings(order, fulfilment)
        await process.works()
    await step(process, "Declare", order, 1)
    (line,) = (await returnable(process, id=order["id"]))["lines"]
    assert line["delivered"] == [{"quantity": 1, "deliveredAt": "2026-03-02T09:00:00.000Z"}]


async def test_the_last_unit_is_declared_once_however_many_ask_at_once(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    processes = [await open_process(), await open_process()]
    order = await processes[0].delivered("A")
    answers = await asyncio.gather(
        *(
            step(process, "Declare", order, 1, returnId=f"ret-{index}", idempotencyKey=f"k{index}")
            for index, process in enumerate(processes * 5)
        )
    )
    codes = Counter(error["code"] for one in answers for error in one["userErrors"])
    assert codes == {"NOTHING_LEFT": 9}
    assert states(await processes[0].order(order["id"])) == {"RETURN_DECLARED": 1}


async def test_a_declaration_sent_five_times_at_once_has_one_effect(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    processes = [await open_process(), await open_process()]
    order = await processes[0].delivered("A", quantity=5)
    answers = await asyncio.gather(
        *(step(one, "Declare", order, 1, idempotencyKey="same") for one in [*processes] * 3)
    )
    assert [one["userErrors"] for one in answers] == [[]] * 6
    assert states(await processes[0].order(order["id"])) == {"DELIVERED": 4, "RETURN_DECLARED": 1}


async def test_orders_with_something_returnable_are_found_by_e_mail_and_by_reference(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    person = {"ref": "7", "email": "ada@example.org", "givenName": "Ada", "language": "fr"}
    await process.does("customersImport", {"lines": [person]}, "results { status }", FEEDER)
    first = await process.delivered("A", customerRef="7")
    second = await process.delivered("A", customerRef="7")
    await process.places("A", customerRef="7")
    await process.delivered("A", customerRef="8")
    await step(process, "Declare", first, 1)
    operation = (
        "query ($by: CustomerForReturnBy!, $sku: String!)"
        " { ordersForReturn(by: $by, sku: $sku) { orderId } }"
    )
    for by in ({"email": "Ada@example.org"}, {"email": "ada@example.org"}, {"ref": "7"}):
        data = await process.run(operation, {"by": by, "sku": "A"}, SERVICE_CALLER)
        assert data["ordersForReturn"] == [{"orderId": second["id"]}]
    for by, sku in (({"email": "ada@example.org"}, "B"), ({"email": "eve@example.org"}, "A")):
        data = await process.run(operation, {"by": by, "sku": sku}, SERVICE_CALLER)
        assert data["ordersForReturn"] == []

    known = await process.run('{ customer(by: {ref: "7"}) { id } }')
    operation = "query ($id: ID!) { customerContact(id: $id) { email phone language givenName } }"
    data = await process.run(operation, {"id": known["customer"]["id"]}, SERVICE_CALLER)
    assert data["customerContact"] == {
        "email": "ada@example.org", "phone": None, "language": "fr", "givenName": "Ada",
    }  # fmt: skip
    data = await process.run(operation, {"id": "Q3VzdG9tZXI6eA"}, SERVICE_CALLER)
    assert data["customerContact"] is None


async def test_events_tell_which_return_units_belong_to(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.delivered("A")
    await step(process, "Declare", order, 1)
    told = [one for one in await process.events() if one["type"] == "orderLineChanged"][-1]
    (after,) = told["changes"]["slices"]["after"]
    assert (after["state"], after["returnId"]) == ("RETURN_DECLARED", "ret-1")
    assert (told["actor"], told["cause"]) == ("service:returns_svc", "orderReturnDeclare")
