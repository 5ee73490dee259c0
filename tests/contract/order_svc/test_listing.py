"""Lists: one list over all channels, filters, pages by cursor."""

from typing import Any

import pytest

from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_wish

PAGE = """
query ($filter: OrderFilter, $first: Int, $after: String) {
  orders(filter: $filter, first: $first, after: $after) {
    nodes { ref channelCode } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


async def places(process: OrdersProcess, ref: str, **more: Any) -> Any:
    wish = a_wish("A", ref=ref, **{key: one for key, one in more.items() if key != "channel"})
    wish["channel"] = more.get("channel", "web")
    payload = await process.does("orderPlace", wish)
    assert payload["userErrors"] == []
    return payload["order"]


async def refs(process: OrdersProcess, **filter_: Any) -> list[str]:
    data = await process.run(PAGE, {"filter": filter_})
    return [node["ref"] for node in data["orders"]["nodes"]]


@pytest.fixture
async def three_channels(process: OrdersProcess, inventory: FakeInventory) -> None:
    inventory.give("A", "S1", 99)
    for ref, channel in (("one", "web"), ("two", "shop"), ("three", "market")):
        await places(process, ref, channel=channel, customerRef="7")
    await places(process, "four", customerRef="8")


@pytest.mark.usefixtures("three_channels")
async def test_one_list_shows_a_customers_orders_of_all_channels(process: OrdersProcess) -> None:
    data = await process.run(PAGE, {"filter": {"customerRef": "7"}})
    assert data["orders"]["nodes"] == [
        {"ref": "three", "channelCode": "market"},
        {"ref": "two", "channelCode": "shop"},
        {"ref": "one", "channelCode": "web"},
    ]
    own = '{ customer(by: {ref: "7"}) { orders { totalCount nodes { ref customer { ref } } } } }'
    orders = (await process.run(own))["customer"]["orders"]
    assert orders["totalCount"] == 3
    assert orders["nodes"][0] == {"ref": "three", "customer": {"ref": "7"}}


@pytest.mark.usefixtures("three_channels")
async def test_filters_narrow_the_list_together(process: OrdersProcess) -> None:
    assert await refs(process) == ["four", "three", "two", "one"]
    assert await refs(process, channel="web") == ["four", "one"]
    assert await refs(process, channel="web", customerRef="7") == ["one"]
    assert await refs(process, status=["SHIPPED"]) == []
    assert await refs(process, status=["OPEN", "SHIPPED"], channel="shop") == ["two"]
    assert await refs(process, locationCode="S1", customerRef="8") == ["four"]
    assert await refs(process, locationCode="S2") == []


@pytest.mark.usefixtures("three_channels")
async def test_pages_follow_each_other_without_gap_or_repetition(process: OrdersProcess) -> None:
    seen: list[str] = []
    after = None
    for number in range(4):
        page = (await process.run(PAGE, {"first": 1, "after": after}))["orders"]
        seen += [node["ref"] for node in page["nodes"]]
        assert page["totalCount"] == 4
        assert page["pageInfo"]["hasNextPage"] == (number < 3)
        assert page["pageInfo"]["hasPreviousPage"] == (number > 0)
        after = page["pageInfo"]["endCursor"]
    assert seen == ["four", "three", "two", "one"]


@pytest.mark.parametrize("after", ["nonsense", "WyJ0aW1lbGluZSIsIngiXQ", "WyJvcmRlcnMiLDdd"])
async def test_a_cursor_of_another_list_is_refused(after: str, process: OrdersProcess) -> None:
    result = await process.execute(PAGE, {"after": after})
    assert [error.extensions["code"] for error in result.errors] == ["INVALID_CURSOR"]


async def test_the_work_list_is_paged_oldest_first_and_narrowed_by_state(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 99)
    orders = []
    for number in range(5):
        process.clock.set(process.clock.now().replace(minute=number))
        orders.append(await process.places("A"))
    await process.picks(orders[1])
    operation = """
    query ($after: String) { fulfilments(locationCode: "S1", states: [ASSIGNED], first: 2,
      after: $after) { nodes { order { id } } pageInfo { hasNextPage endCursor } totalCount } }
    """
    seen, after, more = [], None, True
    while more:
        page = (await process.run(operation, {"after": after}))["fulfilments"]
        seen += [node["order"]["id"] for node in page["nodes"]]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        assert page["totalCount"] == 4
    assert seen == [order["id"] for order in orders if order is not orders[1]]


async def test_the_timeline_tells_who_did_what_and_when_page_by_page(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    inventory.give("A", "S2", 1)
    order = await process.places("A")
    order = await process.picks(order, picked=0, short=1)
    order = await process.ships(await process.packs(await process.picks(order)))
    operation = """
    query ($id: ID!, $after: String) { order(by: {id: $id}) { timeline(first: 3, after: $after) {
      nodes { happening actor at subjectType orderVersion details { key value } }
      pageInfo { hasNextPage endCursor } } } }
    """
    told, after, more = [], None, True
    while more:
        data = await process.run(operation, {"id": order["id"], "after": after})
        page = data["order"]["timeline"]
        told += page["nodes"]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    assert [(one["happening"], one["actor"]) for one in told] == [
        ("ORDER_PLACED", "user:ann"),
        ("LINES_ALLOCATED", "user:ann"),
        ("GOODS_SHORT", "user:ann"),
        ("LINES_ALLOCATED", "service:order_svc"),
        ("GOODS_PICKED", "user:ann"),
        ("PARCEL_PACKED", "user:ann"),
        ("PARCEL_SHIPPED", "user:ann"),
    ]
    assert {"key": "reason", "value": "NOT_FOUND"} in told[2]["details"]
    assert all(one["at"] == "2026-03-02T09:00:00.000Z" for one in told)
