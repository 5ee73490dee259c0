"""Orders that are paid here: set aside when placed, taken when shipped, given back."""

import asyncio
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.contract.order_svc.conftest import OpenProcess
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import (
    PAID,
    OrdersProcess,
    a_caller,
    a_payment,
    a_wish,
)

ALL = (
    "orders", "placements", "order_refs", "destinations", "due_work", "fulfilments", "outbox",
)  # fmt: skip
CUSTOMER = a_caller(Role.CUSTOMER, "customer:7", subject="ada")


def sums(order: Any) -> list[tuple[str, ...]]:
    """State, authorised, captured, refunded and voided of each payment."""
    names = ("authorised", "captured", "refunded", "voided")
    return [(one["state"], *(one[name]["amount"] for name in names)) for one in order["payments"]]


async def paid(process: OrdersProcess, *payments: Any, skus: tuple[str, ...] = ("A",)) -> Any:
    return await process.places(*skus, payments=list(payments))


async def refunds(process: OrdersProcess, order: Any, ref: str = "r1", **more: Any) -> Any:
    given = {"orderId": order["id"], "refundId": ref, "reason": "GESTURE", **more}
    return await process.does("orderRefund", given, f"order {{ {PAID} }} refund {{ state }}")


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def settled(process: OrdersProcess, order_id: str) -> Any:
    """Do all due work, again and again as it is put off, and give the money of the order."""
    while await process.database.collection("due_work").count({}):
        await process.works(timedelta(minutes=5))
    return await process.money(order_id)


async def test_money_is_set_aside_at_placement_and_taken_at_shipping(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await paid(process, a_payment("10.00"))
    money = await process.money(order["id"])
    assert money["paymentState"] == "AUTHORISED"
    assert sums(money) == [("AUTHORISED", "10.00", "0.00", "0.00", "0.00")]
    await process.ships(await process.packs(await process.picks(order)))
    money = await process.money(order["id"])
    assert sums(money) == [("CAPTURED", "10.00", "10.00", "0.00", "0.00")]
    kinds = [(one["kind"], one["state"]) for one in money["payments"][0]["events"]]
    assert kinds == [("AUTHORISE", "SUCCEEDED"), ("CAPTURE", "SUCCEEDED")]


@pytest.mark.parametrize("tokens", [("tok_declined",), ("tok_ok", "tok_declined_x"), ("4000",)])
async def test_a_declined_tender_leaves_no_order_no_stock_and_no_money_set_aside(
    tokens: tuple[str, ...], process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", len(tokens))
    wish = a_wish("A", quantity=len(tokens), payments=[a_payment("10", token=t) for t in tokens])
    given = {"idempotencyKey": "same", **wish}
    payload = await process.does("orderPlace", given)
    (error,) = payload["userErrors"]
    place = ["input", "payments", str(len(tokens) - 1)]
    assert (payload["order"], error["code"], error["path"]) == (None, "PAYMENT_DECLINED", place)
    assert error["params"] == [{"key": "reason", "value": "DECLINED"}]
    for name in ALL:
        assert await process.database.collection(name).count({}) == 0, name
    assert inventory.available("A") == len(tokens)
    for account in await process.database.collection("sandbox_payments").find({}):
        assert account["authorised"] == (account["voided"] or 0)
    assert await process.does("orderPlace", given) == payload


async def test_payments_add_up_to_what_is_due_in_one_currency(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    dollars = {**a_payment("10"), "amount": {"amount": "10", "currency": "USD"}}
    for payments, code in (
        ([a_payment("9.99")], "PAYMENT_MISMATCH"),
        ([a_payment("10"), a_payment("1")], "PAYMENT_MISMATCH"),
        ([a_payment("10.50"), a_payment("-0.50")], "INVALID_INPUT"),
        ([a_payment("10"), a_payment("0")], "INVALID_INPUT"),
        ([dollars], "CURRENCY_MISMATCH"),
        ([a_payment("1")] * 11, "INVALID_INPUT"),
        ([a_payment("10", token=" ")], "INVALID_INPUT"),
        ([a_payment("10", token="4111 1111 1111 1111")], "INVALID_INPUT"),
    ):
        payload = await process.does("orderPlace", a_wish("A", payments=payments))
        assert [error["code"] for error in payload["userErrors"]] == [code], payments
    assert inventory.calls == []
    assert await process.database.collection("sandbox_payments").count({}) == 0


async def test_only_the_retailer_takes_cash_and_gives_discounts(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 9)
    price = {"channel": "web", "sku": "A", "unitPrice": eur("10")}
    feeder = a_caller(Role.INTEGRATION)
    await process.does("pricesImport", {"lines": [price]}, "results { status }", feeder)
    line = {"sku": "A", "quantity": 1}
    off = {**line, "discounts": [{"code": "X", "amount": eur("1")}]}
    for wished, payment, code in (
        (line, a_payment("10"), None),
        (line, a_payment("10", "VOUCHER"), None),
        (line, a_payment("10", "CASH"), "FORBIDDEN"),
        (off, a_payment("9"), "PRICE_NOT_ALLOWED"),
    ):
        wish = a_wish("A", payments=[payment]) | {"lines": [wished]}
        payload = await process.does("orderPlace", wish, caller=CUSTOMER)
        assert [error["code"] for error in payload["userErrors"]] == [code] * (code is not None)


async def test_more_than_a_line_costs_cannot_be_taken_off_it(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    for amount, path in (("10.01", []), ("-1", ["0", "amount"])):
        wish = a_wish("A")
        wish["lines"][0]["discounts"] = [{"code": "X", "amount": eur(amount)}]
        (error,) = (await process.does("orderPlace", wish))["userErrors"]
        expected = ["input", "lines", "0", "discounts", *path]
        assert (error["code"], error["path"]) == ("INVALID_INPUT", expected)


async def test_a_discount_is_shown_and_lowers_what_is_due(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    wish = a_wish("A", payments=[a_payment("7.50")])
    wish["lines"][0]["discounts"] = [{"code": "WINTER", "amount": eur("2.50")}]
    order = (await process.does("orderPlace", wish))["order"]
    assert order["totals"]["due"]["amount"] == "7.50"
    (line,) = (await process.money(order["id"]))["lines"]
    assert line["discounts"] == [{"code": "WINTER", "amount": {"amount": "2.50"}}]
    assert line["total"] == {"amount": "7.50"}


async def test_a_tender_whose_answer_is_lost_is_asked_again_with_the_same_key(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    wish = {"idempotencyKey": "same", **a_wish("A", payments=[a_payment("10", token="tok_slow")])}
    payload = await process.does("orderPlace", wish)
    assert [one["code"] for one in payload["userErrors"]] == ["IN_PROGRESS"]
    await process.works()
    order = (await process.does("orderPlace", wish))["order"]
    await process.ships(await process.packs(await process.picks(order)))
    money = await settled(process, order["id"])
    assert sums(money) == [("CAPTURED", "10.00", "10.00", "0.00", "0.00")]
    (account,) = await process.database.collection("sandbox_payments").find({})
    assert (account["authorised"], account["captured"]) == (1000, 1000)


async def test_a_placement_that_takes_too_long_lets_go_of_what_was_set_aside(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    slow = [a_payment("5"), a_payment("5", token="tok_slow")]
    wish = {"idempotencyKey": "same", **a_wish("A", payments=slow)}
    await process.does("orderPlace", wish)
    process.clock.advance(timedelta(hours=1))
    while await process.works():
        pass
    payload = await process.does("orderPlace", wish)
    assert [one["code"] for one in payload["userErrors"]] == ["PLACEMENT_EXPIRED"]
    for account in await process.database.collection("sandbox_payments").find({}):
        assert account["authorised"] == account["voided"]
    assert inventory.available("A") == 1


async def test_cancelling_lets_go_of_the_card_and_gives_cash_back(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await paid(process, a_payment("4", "CASH"), a_payment("6"))
    money = await process.money(order["id"])
    assert sums(money) == [
        ("CAPTURED", "4.00", "4.00", "0.00", "0.00"),
        ("AUTHORISED", "6.00", "0.00", "0.00", "0.00"),
    ]
    await process.moves("orderCancel", orderId=order["id"], reason="OTHER")
    money = await process.money(order["id"])
    assert sums(money) == [
        ("CAPTURED", "4.00", "4.00", "4.00", "0.00"),
        ("VOIDED", "6.00", "0.00", "0.00", "6.00"),
    ]
    (refund,) = money["refunds"]
    assert (refund["reason"], refund["state"]) == ("CANCELLATION", "SUCCEEDED")
    assert refund["byTender"] == [{"payment": {"method": "CASH"}, "amount": {"amount": "4.00"}}]


async def test_what_is_cancelled_of_a_line_is_let_go_of_once_the_rest_has_left(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 3)
    order = await process.places("A", quantity=3, payments=[a_payment("30")])
    line = order["lines"][0]["id"]
    await process.moves("orderLineCancel", lineId=line, quantity=1, reason="OTHER")
    assert sums(await process.money(order["id"]))[0][4] == "0.00"
    order = await process.picks(order, 2)
    order = await process.ships(await process.packs(order, 2))
    assert sums(await process.money(order["id"])) == [
        ("CAPTURED", "30.00", "20.00", "0.00", "10.00")
    ]


async def test_a_refund_is_divided_by_the_rule_the_order_began_with(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 9)
    process = await open_process()
    order = await process.delivered(
        "A", quantity=9, payments=[a_payment("27", "VOUCHER"), a_payment("63")]
    )
    payload = await refunds(process, order, amount=eur("45"))
    assert payload["userErrors"] == []
    assert payload["refund"] == {"state": "SUCCEEDED"}
    assert [one[3] for one in sums(payload["order"])] == ["0.00", "45.00"]


async def test_a_refund_that_fails_once_succeeds_and_one_that_fails_for_good_is_said_to(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 2)
    for token, state, back in (
        ("tok_refund_fails_once", "SUCCEEDED", "10.00"),
        ("tok_refund_closed", "FAILED", "0.00"),
    ):
        order = await process.delivered("A", payments=[a_payment("10", token=token)])
        payload = await refunds(process, order, amount=eur("10"))
        assert payload["refund"] == {"state": "SUBMITTED"}
        money = await settled(process, order["id"])
        assert [one["state"] for one in money["refunds"]] == [state]
        assert sums(money)[0][3] == back


async def test_more_than_was_taken_is_refused_with_what_is_left(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 2)
    order = await process.delivered("A", payments=[a_payment("10")])
    line = order["lines"][0]["id"]
    part = {"lineId": line, "quantity": 1, "amount": eur("7")}
    assert (await refunds(process, order, lines=[part]))["userErrors"] == []
    (error,) = (await refunds(process, order, "r2", lines=[part]))["userErrors"]
    assert error["code"] == "REFUND_EXCEEDS_PAID"
    assert error["path"] == ["input", "lines", "0", "amount"]
    assert {one["key"]: one["value"] for one in error["params"]} == {
        "lineId": line, "requested": "7.00", "refundable": "3.00",
    }  # fmt: skip
    unpaid = await process.delivered("A")
    (error,) = (await refunds(process, unpaid, amount=eur("1")))["userErrors"]
    assert error["code"] == "REFUND_EXCEEDS_PAID"


async def test_many_refunds_at_once_never_give_back_more_than_was_taken(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    processes = [await open_process(), await open_process()]
    order = await processes[0].delivered("A", payments=[a_payment("10")])
    answers = await asyncio.gather(
        *(
            refunds(process, order, f"r{index}", amount=eur("3"), idempotencyKey=f"k{index}")
            for index, process in enumerate(processes * 4)
        )
    )
    codes = Counter(error["code"] for one in answers for error in one["userErrors"])
    assert codes == {"REFUND_EXCEEDS_PAID": 5}
    assert sums(await settled(processes[0], order["id"]))[0][3] == "9.00"


async def test_the_same_refund_five_times_at_once_is_one_refund(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    processes = [await open_process(), await open_process()]
    order = await processes[0].delivered("A", payments=[a_payment("10")])
    for keys in (["same"] * 5, [f"other-{index}" for index in range(5)]):
        answers = await asyncio.gather(
            *(
                refunds(processes[index % 2], order, amount=eur("2"), idempotencyKey=key)
                for index, key in enumerate(keys)
            )
        )
        assert [one["userErrors"] for one in answers] == [[]] * 5
    money = await settled(processes[0], order["id"])
    assert (len(money["refunds"]), sums(money)[0][3]) == (1, "2.00")


async def test_events_of_money_hold_ids_states_and_amounts_and_no_token(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.delivered(
        "A", customerRef="7", payments=[a_payment("10", token="tok_ok_very_secret")]
    )
    await refunds(process, order, amount=eur("4"))
    events = await process.events()
    told = [one for one in events if one["type"] == "paymentChanged"]
    assert [one["seq"] for one in told] == [1, 2, 3, 4, 5]
    assert told[1]["changes"] == {"operations": {"before": 1, "after": 2}}
    assert told[2]["changes"] == {
        "state": {"before": "AUTHORISED", "after": "CAPTURED"},
        "captured": {"before": "0.00", "after": "10.00"},
    }
    assert set(told[0]["data"]) == {"orderId", "currency", "method"}
    said = [one for one in events if one["type"] == "refundChanged"]
    assert [one["changes"]["state"]["after"] for one in said] == ["SUBMITTED", "SUCCEEDED"]
    assert said[0]["data"]["refundRef"] == "r1"
    for one in (*told, *said):
        assert {to.partition(":")[0] for to in one["audience"]} == {"customer", "channel"}
    for name in ("outbox", "timeline", "outcomes", "due_work"):
        documents = await process.database.collection(name).find({})
        assert "very_secret" not in json.dumps(documents, default=str), name


async def test_a_customer_sees_how_they_have_paid_and_nobody_sees_another_s_payment(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    order = await process.delivered("A", customerRef="7", payments=[a_payment("10")])
    await refunds(process, order, amount=eur("4"))
    money = await process.money(order["id"], CUSTOMER)
    of = [
        {"__typename": "Payment", "id": money["payments"][0]["id"]},
        {"__typename": "Refund", "id": money["refunds"][0]["id"]},
    ]
    operation = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }"
    data = await process.run(operation, {"of": of}, CUSTOMER)
    assert data["_entities"] == [{"__typename": "Payment"}, {"__typename": "Refund"}]
    other = a_caller(Role.CUSTOMER, "customer:8", subject="eve")
    assert (await process.run(operation, {"of": of}, other))["_entities"] == [None, None]
    payload = await process.execute(
        "mutation ($input: OrderRefundInput!) { orderRefund(input: $input) { refund { id } } }",
        {"input": {"idempotencyKey": "k", "orderId": order["id"], "refundId": "x",
                   "reason": "GESTURE"}},
        CUSTOMER,
    )  # fmt: skip
    assert [error.extensions["code"] for error in payload.errors] == ["FORBIDDEN"]
