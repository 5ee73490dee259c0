"""A, unified stock: what is kept for somebody becomes their order, or is sold to them at a till."""

import asyncio
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import FEEDER, ORDER, Retailer, tender

STANDING = "reservation { id kind state lines { quantity open consumed released } }"


def customer_of(retailer: Retailer, name: str = "ADA") -> dict[str, Any]:
    """The rights of a customer."""
    return {"role": Role.CUSTOMER, "grants": [f"customer:{retailer.code(name)}"]}


async def keeps(
    retailer: Retailer, sku: str, quantity: int = 1, *, who: str = "ADA", **more: Any
) -> Any:
    """Keep units of an item for a customer, in a basket unless another kind is named."""
    given = {
        "kind": "CART",
        "channel": retailer.code("web"),
        "lines": [{"lineId": "1", "sku": retailer.code(sku), "quantity": quantity}],
        **more,
    }
    payload = await retailer.manages(
        "reservationCreate", given, STANDING, **customer_of(retailer, who)
    )
    return payload["reservation"]


async def orders(retailer: Retailer, wish: dict[str, Any], *holds: Any, who: str = "ADA") -> Any:
    """Order as a customer what is kept, and give the payload."""
    given = {**wish, "reservationIds": [hold["id"] for hold in holds]}
    return await retailer.does(
        "orderPlace", given, f"order {{ {ORDER} }}", **customer_of(retailer, who)
    )


async def standing(retailer: Retailer, hold: Any) -> Any:
    """Read a reservation again."""
    operation = f"query ($id: ID!) {{ {STANDING.replace('{', '(id: $id) {', 1)} }}"
    return (await retailer.graph.data(operation, {"id": hold["id"]}))["reservation"]


async def rings_up(retailer: Retailer, sku: str, quantity: int, hold: Any, **more: Any) -> Any:
    """Sell units at the till of S1 and give the payload."""
    given = {
        "sku": retailer.code(sku),
        "locationCode": retailer.code("S1"),
        "quantity": -quantity,
        "reason": "SALE",
        "reservationId": hold["id"],
        **more,
    }
    return await retailer.does(
        "stockAdjust",
        given,
        "position { onHand reserved available }",
        role=Role.ASSISTANT,
        grants=[f"location:{retailer.code('S1')}"],
    )


@pytest.fixture
async def shop(retailer: Retailer) -> Retailer:
    """A shop that sells coats, and a warehouse that has none."""
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.sells("coat", "hat")
    await retailer.knows("ADA", "BOB")
    return retailer


@pytest.mark.capability("A9")
async def test_the_last_unit_in_a_basket_is_ordered_by_whoever_keeps_it(shop: Retailer) -> None:
    await shop.counts("coat", S1=1)
    basket = await keeps(shop, "coat")

    without = await orders(shop, shop.wish("coat"))
    stolen = await orders(shop, shop.wish("coat"), basket, who="BOB")
    placed = await orders(shop, shop.wish("coat"), basket)
    again = await orders(shop, shop.wish("coat"), basket)

    assert [each["code"] for each in without["userErrors"]] == ["INSUFFICIENT_STOCK"]
    (error,) = stolen["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "reservationIds", "0"])
    assert placed["userErrors"] == []
    assert [each["locationCode"] for each in placed["order"]["fulfilments"]] == [shop.code("S1")]
    (error,) = again["userErrors"]
    assert error["code"] == "RESERVATION_ENDED"
    assert error["path"] == ["input", "reservationIds", "0"]
    assert {"key": "state", "value": "CONSUMED"} in error["params"]
    ended = await standing(shop, basket)
    assert (ended["state"], ended["lines"][0]["consumed"]) == ("CONSUMED", 1)
    position = await shop.position("coat", "S1")
    assert (position["onHand"], position["allocated"], position["reserved"]) == (1, 1, 0)

    await shop.takes_out(placed["order"])
    kinds = [each["kind"] for each in await shop.ledger("coat", "S1")]
    assert kinds == ["SNAPSHOT", "HELD", "CONVERTED", "ALLOCATED", "CONSUMED"]


@pytest.mark.capability("A9")
async def test_of_twenty_orders_that_name_one_basket_one_gets_it(shop: Retailer) -> None:
    await shop.counts("coat", S1=1)
    basket = await keeps(shop, "coat")

    answers = await asyncio.gather(
        *(orders(shop, shop.wish("coat"), basket) for _ in range(20)),
        *(orders(shop, shop.wish("coat"), who="BOB") for _ in range(20)),
    )

    placed = [each for each in answers if not each["userErrors"]]
    assert len(placed) == 1
    assert placed[0] in answers[:20]
    refused = {each["userErrors"][0]["code"] for each in answers if each["userErrors"]}
    assert refused == {"RESERVATION_ENDED", "INSUFFICIENT_STOCK"}
    position = await shop.position("coat", "S1")
    assert (position["onHand"], position["allocated"], position["reserved"]) == (1, 1, 0)


@pytest.mark.capability("A11")
async def test_an_order_gets_what_is_kept_and_the_rest_as_usual_or_nothing(shop: Retailer) -> None:
    await shop.counts("coat", S1=2, W1=1)
    await shop.counts("hat", S1=1)
    coats, hat = await keeps(shop, "coat", 2), await keeps(shop, "hat")
    three = {**shop.wish("coat"), "lines": [{"sku": shop.code("coat"), "quantity": 4}]}

    refused = await orders(shop, three, coats)
    before = await standing(shop, coats)
    three["lines"][0]["quantity"] = 3
    wrong = await orders(shop, three, coats, hat)
    placed = await orders(shop, three, coats)

    assert [each["code"] for each in refused["userErrors"]] == ["INSUFFICIENT_STOCK"]
    assert (before["state"], before["lines"][0]["open"]) == ("ACTIVE", 2)
    (error,) = wrong["userErrors"]
    assert error["code"] == "RESERVATION_DOES_NOT_FIT"
    assert error["path"] == ["input", "reservationIds", "1"]
    assert placed["userErrors"] == []
    at = {
        each["locationCode"]: each["lines"][0]["quantity"]
        for each in placed["order"]["fulfilments"]
    }
    assert at == {shop.code("S1"): 2, shop.code("W1"): 1}
    assert (await standing(shop, hat))["state"] == "ACTIVE"


async def test_what_is_not_ordered_of_a_basket_is_everyones(shop: Retailer) -> None:
    await shop.counts("coat", S1=3)
    basket = await keeps(shop, "coat", 3)

    placed = await orders(shop, shop.wish("coat"), basket)

    assert placed["userErrors"] == []
    ended = await standing(shop, basket)
    assert ended["state"] == "CONSUMED"
    assert ended["lines"] == [{"quantity": 3, "open": 0, "consumed": 1, "released": 2}]
    assert await shop.available("coat") == 2


async def test_a_declined_payment_leaves_nothing_kept_and_no_order(shop: Retailer) -> None:
    await shop.counts("coat", S1=1)
    basket = await keeps(shop, "coat")
    declined = {**shop.wish("coat"), "payments": [tender(10, means="tok_declined")]}

    payload = await orders(shop, declined, basket)

    assert [each["code"] for each in payload["userErrors"]] == ["PAYMENT_DECLINED"]
    assert await shop.available("coat") == 1


@pytest.mark.capability("A11")
async def test_a_unit_that_is_kept_and_sold_at_the_till_leaves_no_hold(shop: Retailer) -> None:
    await shop.counts("coat", S1=1)
    kept = await keeps(
        shop, "coat", kind="E_RESERVATION", locationCode=shop.code("S1"), deliveryMethod="PICKUP"
    )

    sold = await rings_up(shop, "coat", 1, kept)
    await shop.manages(
        "stockAdjust",
        {
            "sku": shop.code("coat"),
            "locationCode": shop.code("S1"),
            "quantity": 1,
            "reason": "RECEIPT",
        },
        "position { onHand }",
        role=FEEDER,
    )

    assert sold["userErrors"] == []
    assert sold["position"] == {"onHand": 0, "reserved": 0, "available": 0}
    assert (await standing(shop, kept))["state"] == "CONSUMED"
    assert await shop.available("coat") == 1


async def test_a_till_sells_what_is_kept_there_and_says_what_is_wrong(shop: Retailer) -> None:
    await shop.counts("coat", S1=3)
    await shop.counts("hat", S1=1)
    kept = await keeps(shop, "coat", 2, kind="E_RESERVATION", locationCode=shop.code("S1"))
    key = {"idempotencyKey": shop.key()}

    sold = await rings_up(shop, "coat", 1, kept, **key)
    again = await rings_up(shop, "coat", 1, kept, **key)
    other = await rings_up(shop, "hat", 1, kept)
    lost = await rings_up(shop, "coat", 1, kept, reason="LOSS")

    assert sold == again
    assert sold["position"] == {"onHand": 2, "reserved": 1, "available": 1}
    assert (await standing(shop, kept))["lines"][0]["open"] == 1
    for payload, code in ((other, "RESERVATION_DOES_NOT_FIT"), (lost, "INVALID_INPUT")):
        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", "reservationId"])
    assert (await shop.position("hat", "S1"))["onHand"] == 1
