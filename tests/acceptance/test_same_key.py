"""The same command sent again, one after the other or at once: one effect, one answer."""

import asyncio
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import ORDER, Retailer, eventually

TIMES = 5
PLACED = f"order {{ {ORDER} }}"


@pytest.fixture
async def shop(retailer: Retailer) -> Retailer:
    """A shop with ten shirts."""
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=10)
    return retailer


async def test_an_order_placed_five_times_with_one_key_is_one_order(shop: Retailer) -> None:
    wish = shop.wish("shirt", idempotencyKey=shop.key())
    answers = [await _place(shop, wish) for _ in range(TIMES)]
    assert answers == [answers[0]] * TIMES
    assert answers[0]["order"]["status"] == "OPEN"
    assert await shop.available("shirt") == 9


async def test_an_order_placed_five_times_at_once_with_one_key_is_one_order(
    shop: Retailer,
) -> None:
    wish = shop.wish("shirt", idempotencyKey=shop.key())

    async def settled() -> Any:
        return await eventually(lambda: _place(shop, wish), lambda answer: not _in_progress(answer))

    answers = await asyncio.gather(*(settled() for _ in range(TIMES)))
    assert answers == [answers[0]] * TIMES
    assert answers[0]["userErrors"] == []
    assert await shop.available("shirt") == 9


async def test_a_refusal_is_the_answer_to_every_repetition_even_when_stock_has_come(
    shop: Retailer,
) -> None:
    lines = [{"sku": shop.code("shirt"), "quantity": 11}]
    wish = shop.wish(lines=lines, idempotencyKey=shop.key())
    refused = await _place(shop, wish)
    assert [error["code"] for error in refused["userErrors"]] == ["INSUFFICIENT_STOCK"]
    await shop.counts("shirt", S1=20)
    assert await _place(shop, wish) == refused
    accepted = await _place(shop, {**wish, "idempotencyKey": shop.key()})
    assert accepted["userErrors"] == []
    assert await shop.available("shirt") == 9


async def test_a_key_used_for_another_order_is_refused_and_changes_nothing(shop: Retailer) -> None:
    wish = shop.wish("shirt", idempotencyKey=shop.key())
    await _place(shop, wish)
    lines = [{"sku": shop.code("shirt"), "quantity": 2}]
    reused = await _place(shop, {**wish, "lines": lines})
    assert reused["order"] is None
    assert [error["code"] for error in reused["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await shop.available("shirt") == 9


async def test_another_caller_s_equal_key_is_another_command(shop: Retailer) -> None:
    wish = shop.wish("shirt", idempotencyKey=shop.key())
    by_service = await _place(shop, wish)
    by_operator = await shop.does("orderPlace", wish, PLACED, role=Role.OPERATOR)
    assert by_service["order"]["id"] != by_operator["order"]["id"]
    assert await shop.available("shirt") == 8


async def test_every_step_of_an_order_may_be_repeated_with_its_key(shop: Retailer) -> None:
    order = (await _place(shop, shop.wish("shirt")))["order"]
    (line,), (part,) = order["lines"], order["fulfilments"]
    pack = {"lines": [{"lineId": line["id"], "quantity": 1}]}
    await _same(shop, "fulfilmentPick", fulfilmentId=part["id"], lines=_picked(line))
    packed = await _same(shop, "fulfilmentPack", fulfilmentId=part["id"], parcels=[pack])
    (parcel,) = packed["order"]["fulfilments"][0]["parcels"]
    await _same(shop, "fulfilmentShip", fulfilmentId=part["id"], carrier="post")
    delivered = await _same(shop, "parcelDeliver", parcelId=parcel["id"])
    assert delivered["order"]["status"] == "DELIVERED"
    position = await eventually(
        lambda: shop.position("shirt", "S1"), lambda now: now["onHand"] != 10
    )
    assert (position["onHand"], position["allocated"]) == (9, 0)

    other = (await _place(shop, shop.wish("shirt")))["order"]
    cancelled = await _same(shop, "orderCancel", orderId=other["id"], reason="CUSTOMER_REQUEST")
    assert cancelled["order"]["status"] == "CANCELLED"
    await eventually(lambda: shop.available("shirt"), lambda units: units == 9)
    kinds = [movement["kind"] for movement in await shop.ledger("shirt", "S1")]
    assert kinds == ["SNAPSHOT", "ALLOCATED", "CONSUMED", "ALLOCATED", "RELEASED"]


async def test_stock_moves_once_however_often_it_is_told(shop: Retailer) -> None:
    at = {"sku": shop.code("shirt"), "locationCode": shop.code("S1")}
    sale = {**at, "quantity": -1, "reason": "SALE", "idempotencyKey": shop.key()}
    delta = {**at, "quantity": 5}
    feed = {"mode": "DELTA", "lines": [delta], "idempotencyKey": shop.key()}
    hold = {
        "kind": "CART",
        "locationCode": shop.code("S1"),
        "lines": [{"lineId": "l1", "sku": shop.code("shirt"), "quantity": 2}],
        "idempotencyKey": shop.key(),
    }

    async def at_once(mutation: str, input_: Any, selection: str) -> None:
        calls = (
            shop.manages(mutation, input_, selection, role=Role.INTEGRATION) for _ in range(TIMES)
        )
        answers = await asyncio.gather(*calls)
        assert answers == [answers[0]] * TIMES

    await at_once("stockAdjust", sale, "position { locationCode }")
    await at_once("stockImport", feed, "results { index ref status userErrors { code } }")
    await at_once("reservationCreate", hold, "reservation { id }")
    position = await shop.position("shirt", "S1")
    assert (position["onHand"], position["reserved"], position["available"]) == (14, 2, 12)
    assert len(await shop.ledger("shirt", "S1")) == 4


async def _place(shop: Retailer, wish: Any) -> Any:
    return await shop.does("orderPlace", wish, PLACED, role=Role.CUSTOMER_SERVICE)


async def _same(shop: Retailer, mutation: str, **input_: Any) -> Any:
    """Send a mutation five times with one key and return the one answer."""
    given = {**input_, "idempotencyKey": shop.key()}
    answers = [await shop.manages(mutation, given, f"order {{ {ORDER} }}") for _ in range(TIMES)]
    assert answers == [answers[0]] * TIMES
    return answers[0]


def _in_progress(answer: Any) -> bool:
    codes = [error["code"] for error in answer["userErrors"]]
    if codes == ["IN_PROGRESS"]:
        assert answer["userErrors"][0]["retryable"]
        return True
    return False


def _picked(line: Any) -> list[dict[str, Any]]:
    return [{"lineId": line["id"], "picked": 1}]
