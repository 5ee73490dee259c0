"""Rows J: money is set aside, taken as goods leave, and given back the way it came."""

import re
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    build_client_schema,
    get_introspection_query,
)

from retail_kit.roles import Role
from tests.support.graph import GraphClient
from tests.support.retailer import MONEY, Retailer, eur, eventually, tender

CARD_WORDS = {"card", "cvc", "cvn", "cvv", "expiry", "holder", "iban", "pan", "pin"}
"""Words of which none names a field: card data is the provider's."""


async def ordered(retailer: Retailer, *payments: Any, **units: int) -> Any:
    """Place an order of units at 10 EUR, each SKU at a location of its own."""
    await retailer.opens(**{f"S{number}": "STORE" for number, _ in enumerate(units)})
    await retailer.sells(*units)
    for number, (sku, quantity) in enumerate(units.items()):
        await retailer.counts(sku, **{f"S{number}": quantity})
    lines = [{"sku": retailer.code(sku), "quantity": count} for sku, count in units.items()]
    return await retailer.places(retailer.wish(lines=lines, payments=list(payments)))


async def leaves(retailer: Retailer, line: Any, quantity: int) -> Any:
    """Have units of a line leave in one parcel, and return the money once it has moved."""
    part = line["slices"][0]["fulfilment"]
    await retailer.picks(part, [{"lineId": line["id"], "picked": quantity}])
    await retailer.packs(part, line, quantity)
    order = await retailer.ships(part)
    return await moved(retailer, order)


async def moved(retailer: Retailer, order: Any) -> Any:
    return await eventually(
        lambda: retailer.money(order["id"]),
        lambda now: all(
            one["state"] != "REQUESTED" for each in now["payments"] for one in each["events"]
        ),
    )


def sums(money: Any) -> list[tuple[str, ...]]:
    """Method, authorised, captured, refunded and voided of each payment."""
    names = ("authorised", "captured", "refunded", "voided")
    return [(one["method"], *(one[name]["amount"] for name in names)) for one in money["payments"]]


def captures(money: Any) -> list[str]:
    return [
        one["amount"]["amount"]
        for each in money["payments"]
        for one in each["events"]
        if one["kind"] == "CAPTURE"
    ]


@pytest.mark.capability("J1")
async def test_j1_100_euros_are_authorised_captured_at_shipping_and_the_rest_is_voided(
    retailer: Retailer,
) -> None:
    order = await ordered(retailer, tender(100), shirt=10)
    money = await retailer.money(order["id"])
    assert money["paymentState"] == "AUTHORISED"
    assert sums(money) == [("CARD", "100.00", "0.00", "0.00", "0.00")]

    (line,) = order["lines"]
    await retailer.manages(
        "orderLineCancel",
        {"lineId": line["id"], "quantity": 3, "reason": "CUSTOMER_REQUEST"},
        "order { id }",
    )
    assert sums(await retailer.money(order["id"])) == [("CARD", "100.00", "0.00", "0.00", "0.00")]

    money = await leaves(retailer, line, 7)
    assert sums(money) == [("CARD", "100.00", "70.00", "0.00", "30.00")]
    assert money["paymentState"] == "CAPTURED"


@pytest.mark.capability("J1")
async def test_j1_a_declined_card_leaves_no_order_and_no_stock_behind(retailer: Retailer) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=1)
    wish = retailer.wish(
        "shirt", ref=retailer.code("mine"), payments=[tender(10, "CARD", "tok_declined")]
    )
    payload = await retailer.does("orderPlace", wish, "order { id }", role=Role.CUSTOMER_SERVICE)
    assert payload["order"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["PAYMENT_DECLINED"]
    assert await retailer.available("shirt") == 1
    operation = "query ($ref: String!) { order(by: {ref: $ref}) { id } }"
    found = await retailer.graph.data(operation, {"ref": retailer.code("mine")})
    assert found == {"order": None}


@pytest.mark.capability("J1")
async def test_j1_a_cancelled_order_takes_nothing(retailer: Retailer) -> None:
    order = await ordered(retailer, tender(100), shirt=10)
    await retailer.cancels(order)
    money = await moved(retailer, order)
    assert sums(money) == [("CARD", "100.00", "0.00", "0.00", "100.00")]
    assert money["paymentState"] == "VOIDED"


@pytest.mark.capability("J2")
async def test_j2_parcels_of_60_and_40_euros_are_two_captures(retailer: Retailer) -> None:
    order = await ordered(retailer, tender(100), shirt=6, skirt=4)
    shirts, skirts = order["lines"]
    money = await leaves(retailer, shirts, 6)
    assert captures(money) == ["60.00"]
    assert sums(money) == [("CARD", "100.00", "60.00", "0.00", "0.00")]
    assert money["paymentState"] == "PARTIALLY_CAPTURED"
    money = await leaves(retailer, skirts, 4)
    assert captures(money) == ["60.00", "40.00"]
    assert sums(money) == [("CARD", "100.00", "100.00", "0.00", "0.00")]


@pytest.mark.capability("J4")
async def test_j4_50_euros_back_of_30_by_voucher_and_70_by_card_go_to_the_card_first(
    retailer: Retailer,
) -> None:
    assert await _back_of_both(retailer) == {"CARD": "50.00"}


@pytest.mark.capability("J4")
async def test_j4_50_euros_back_of_30_by_voucher_and_70_by_card_go_to_both_pro_rata(
    pro_rata: Retailer,
) -> None:
    assert await _back_of_both(pro_rata) == {"VOUCHER": "15.00", "CARD": "35.00"}


async def _back_of_both(retailer: Retailer) -> dict[str, str]:
    order = await ordered(retailer, tender(30, "VOUCHER"), tender(70), shirt=10)
    money = await leaves(retailer, order["lines"][0], 10)
    assert [one[2] for one in sums(money)] == ["30.00", "70.00"]
    (refund,) = (await retailer.refunded(order, 50))["refunds"]
    assert refund["state"] == "SUCCEEDED"
    return {one["payment"]["method"]: one["amount"]["amount"] for one in refund["byTender"]}


@pytest.mark.capability("J5")
async def test_j5_20_of_60_euros_of_a_line_go_back_to_the_same_card(retailer: Retailer) -> None:
    order = await ordered(retailer, tender(60), shirt=6)
    (line,) = order["lines"]
    before = await leaves(retailer, line, 6)
    part = {"lineId": line["id"], "quantity": 2, "amount": eur(20)}
    money = await retailer.refunded(order, lines=[part])
    (refund,) = money["refunds"]
    assert refund["lines"] == [{"lineId": line["id"], "amount": {"amount": "20.00"}}]
    (back,) = refund["byTender"]
    assert back["payment"]["id"] == before["payments"][0]["id"]
    assert sums(money) == [("CARD", "60.00", "60.00", "20.00", "0.00")]

    payload = await retailer.asks_back(order, 41)
    (error,) = payload["userErrors"]
    assert error["code"] == "REFUND_EXCEEDS_PAID"
    money = await retailer.refunded(order, 40)
    assert sums(money) == [("CARD", "60.00", "60.00", "60.00", "0.00")]


@pytest.mark.capability("J9")
async def test_j9_the_graph_knows_tokens_and_refuses_card_numbers(
    retailer: Retailer, graph: GraphClient
) -> None:
    public = build_client_schema(await graph.data(get_introspection_query()))
    fields = {
        f"{name}.{field}"
        for name, type_ in public.type_map.items()
        if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType)
        and not name.startswith("__")
        for field in type_.fields
    }
    assert "PaymentInput.token" in fields
    assert not any(field.endswith(".token") for field in fields - {"PaymentInput.token"})
    words = {
        field: {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", field.partition(".")[2])}
        for field in fields
    }
    assert {field for field, found in words.items() if found & CARD_WORDS} == set()

    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=1)
    for number in ("4111111111111111", "5555 5555 5555 4444", "3782-822463-10005"):
        wish = retailer.wish("shirt", payments=[tender(10, "CARD", number)])
        payload = await retailer.does(
            "orderPlace", wish, "order { id }", role=Role.CUSTOMER_SERVICE
        )
        (error,) = payload["userErrors"]
        assert error["code"] == "INVALID_INPUT"
        assert error["path"] == ["input", "payments", "0", "token"]
        assert number not in str(payload)


@pytest.mark.capability("J10")
async def test_j10_the_same_key_five_times_is_one_capture_and_one_payload(
    retailer: Retailer,
) -> None:
    order = await ordered(retailer, tender(100), shirt=10)
    (line,), (part,) = order["lines"], order["fulfilments"]
    await retailer.picks(part, [{"lineId": line["id"], "picked": 10}])
    await retailer.packs(part, line, 10)
    ship = {"idempotencyKey": retailer.key(), "fulfilmentId": part["id"], "carrier": "post"}
    await retailer.manages("fulfilmentShip", ship, "order { id version }")
    settled = await moved(retailer, order)
    version = await _version(retailer, order)
    payloads = [
        await retailer.manages("fulfilmentShip", ship, f"order {{ id version {MONEY} }}")
        for _ in range(5)
    ]
    assert payloads == payloads[:1] * 5
    assert payloads[0]["order"]["version"] == version
    assert captures(payloads[0]["order"]) == captures(settled) == ["100.00"]


@pytest.mark.capability("J10")
async def test_j10_the_same_refund_five_times_gives_back_once(retailer: Retailer) -> None:
    order = await ordered(retailer, tender(100), shirt=10)
    await leaves(retailer, order["lines"][0], 10)
    key = {"idempotencyKey": retailer.key(), "refundId": retailer.key()}
    for _ in range(5):
        money = await retailer.refunded(order, 30, **key)
    assert sums(money) == [("CARD", "100.00", "100.00", "30.00", "0.00")]
    assert len(money["refunds"]) == 1


async def _version(retailer: Retailer, order: Any) -> int:
    operation = "query ($id: ID!) { order(by: {id: $id}) { version } }"
    data = await retailer.graph.data(operation, {"id": order["id"]})
    return int(data["order"]["version"])
