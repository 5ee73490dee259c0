"""However many orders a screen shows, other services and the database are asked once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from retail_kit.roles import Role
from returns_svc.domain.requests.returnable import ReturnableOrder
from returns_svc.ports import OrderBy
from service_kit.graphql.global_ids import to_global_id
from tests.contract.returns_svc.conftest import OpenProcess, World
from tests.support.fake_returns_world import ORDER

SCREEN = """
  query ($of: [_Any!]!) {
    _entities(representations: $of) {
      ... on Order {
        returns { totalCount nodes { rma lines { sku } } }
        refundedTotal { amount }
        returnableLines { quantity }
      }
    }
  }
"""


async def test_a_screen_of_orders_asks_each_service_and_the_database_once(
    open_process: OpenProcess, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await open_process()
    await process.declares()
    asked = Counter[str]()
    known = await world.orders.order(OrderBy(id=ORDER))
    assert known is not None
    (line,) = known.lines
    wide = replace(known, lines=tuple(replace(line, sku=f"SKU-{place}") for place in range(5)))

    async def orders(by: Sequence[OrderBy]) -> Sequence[ReturnableOrder | None]:
        asked["orders"] += 1
        return [wide for _ in by]

    async def categories(skus: Collection[str]) -> Mapping[str, str | None]:
        asked["inventory"] += 1
        return dict.fromkeys(skus)

    read = process.parts.reader.returns_of_orders

    async def counted(order_ids: Collection[str]) -> Any:
        asked["database"] += 1
        return await read(order_ids)

    async def listed(*_: object) -> Any:
        raise AssertionError("A list is read for each order.")

    monkeypatch.setattr(world.orders, "orders", orders)
    monkeypatch.setattr(world.shelves, "categories", categories)
    monkeypatch.setattr(process.parts.reader, "returns_of_orders", counted)
    monkeypatch.setattr(process.parts.reader, "list_returns", listed)
    named = [ORDER, *(f"other-{place}" for place in range(9))]

    of = [{"__typename": "Order", "id": to_global_id("Order", name)} for name in named]
    seen = (await process.asks(SCREEN, of=of))["_entities"]

    assert asked == {"orders": 1, "inventory": 1, "database": 1}
    assert [each["returns"]["totalCount"] for each in seen] == [1, *[0] * 9]
    assert len(seen[0]["returns"]["nodes"]) == 1


async def test_the_lines_of_an_order_ask_for_it_once(
    open_process: OpenProcess, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await open_process()
    known = await world.orders.order(OrderBy(id=ORDER))
    assert known is not None
    (line,) = known.lines
    names = [f"{ORDER}.l{place}" for place in range(1, 6)]
    wide = replace(known, lines=tuple(replace(line, line_id=name) for name in names))
    asked: list[list[str]] = []

    async def orders_of_lines(line_ids: Collection[str]) -> Sequence[ReturnableOrder]:
        asked.append(sorted(line_ids))
        return [wide]

    monkeypatch.setattr(world.orders, "orders_of_lines", orders_of_lines)
    screen = """query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on OrderLine { returnableQuantity } } }"""
    of = [
        {"__typename": "OrderLine", "id": to_global_id("OrderLine", name)}
        for name in (*names, "other.l1")
    ]

    seen = (await process.asks(screen, of=of))["_entities"]

    assert asked == [[*names, "other.l1"]]
    assert [each["returnableQuantity"] for each in seen] == [2] * 5 + [None]
    stranger = process.caller(Role.CUSTOMER, "customer:EVE")
    assert (await process.asks(screen, stranger, of=of))["_entities"] == [
        {"returnableQuantity": None}
    ] * 6


async def test_the_returns_of_an_order_come_in_pages_the_newest_first(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    line = {"lineId": to_global_id("OrderLine", f"{ORDER}.l1"), "reason": "CHANGED_MIND"}
    declared = [
        await process.does(
            "returnDeclare",
            idempotencyKey=key,
            channel="ONLINE",
            lines=[{**line, "quantity": 1}],
        )
        for key in ("first", "second")
    ]
    page = """query ($of: [_Any!]!, $after: String) { _entities(representations: $of) {
      ... on Order { returns(first: 1, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } } } }"""
    of = [{"__typename": "Order", "id": to_global_id("Order", ORDER)}]

    newest = (await process.asks(page, of=of))["_entities"][0]["returns"]
    cursor = newest["pageInfo"]["endCursor"]
    oldest = (await process.asks(page, of=of, after=cursor))["_entities"][0]["returns"]

    found = [each["returnRequest"]["id"] for each in declared]
    assert [[node["id"] for node in each["nodes"]] for each in (newest, oldest)] == [
        [found[1]],
        [found[0]],
    ]
    assert [each["pageInfo"]["hasNextPage"] for each in (newest, oldest)] == [True, False]
    stranger = process.caller(Role.CUSTOMER, "customer:EVE")
    unseen = (await process.asks(page, stranger, of=of))["_entities"][0]["returns"]
    assert unseen["nodes"] == []
