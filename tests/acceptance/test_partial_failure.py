"""One service down: its own fields are null with a located error, everything else answers."""

from datetime import timedelta

import pytest

from retail_kit.roles import Role
from tests.support.retailer import Retailer, eventually
from tests.support.stack import APPOINTMENTS, INVENTORY, ORDERS, RETURNS, Stack

RECOVERED_AFTER = timedelta(minutes=1)
"""By then a placement that was broken off has been taken up again."""

LISTS_OF_INVENTORY = ("items", "locations", "channels", "stockMovements")
LISTS_OF_ORDERS = ("orders", "fulfilments")


async def test_without_orders_the_product_page_answers_and_only_their_fields_are_null(
    stack: Stack, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)
    order = await retailer.places(retailer.wish("shirt"))
    page = f"""
      query Page {{
        item(sku: "{retailer.code("shirt")}") {{
          title availability(channel: "{retailer.code("web")}") {{ quantity }}
        }}
      }}
    """
    screen = f"""
      query Screen {{
        item(sku: "{retailer.code("shirt")}") {{ title }}
        location(code: "{retailer.code("S1")}") {{
          name fulfilments {{ nodes {{ order {{ status }} }} }}
        }}
        mine: order(by: {{id: "{order["id"]}"}}) {{ status lines {{ item {{ title }} }} }}
      }}
    """
    whole = (await retailer.graph.execute(screen)).whole()
    assert whole["location"]["fulfilments"]["nodes"] == [{"order": {"status": "OPEN"}}]
    assert whole["mine"] == {"status": "OPEN", "lines": [{"item": {"title": "shirt"}}]}

    async with stack.without(ORDERS):
        product = await retailer.graph.data(page, role=None)
        assert product["item"] == {"title": "shirt", "availability": {"quantity": 4}}
        partial = await retailer.graph.execute(screen)
        assert partial.status == 200
        assert partial.data == {
            "item": {"title": "shirt"},
            "location": {"name": "S1", "fulfilments": None},
            "mine": None,
        }
        located = {tuple(error["path"]) for error in partial.errors}
        assert located == {("location", "fulfilments"), ("mine",)}
        assert {error["extensions"]["serviceName"] for error in partial.errors} == {ORDERS}
        assert set(partial.codes) == {"SUBGRAPH_REQUEST_FAILED"}
        assert "127.0.0.1" not in str(partial.errors)

    assert (await retailer.graph.execute(screen)).whole() == whole


async def test_without_orders_their_lists_and_their_mutations_are_null_and_the_rest_answers(
    stack: Stack, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    lists = f"""
      query Lists {{
        item(sku: "{retailer.code("shirt")}") {{ title }}
        orders {{ nodes {{ id }} }}
        fulfilments {{ nodes {{ id }} }}
      }}
    """
    cancel = """
      mutation Cancel($input: OrderCancelInput!) { orderCancel(input: $input) { order { id } } }
    """
    input_ = {"idempotencyKey": retailer.key(), "orderId": "anything", "reason": "OTHER"}

    async with stack.without(ORDERS):
        partial = await retailer.graph.execute(lists)
        assert partial.data == {"item": {"title": "shirt"}, "orders": None, "fulfilments": None}
        assert {tuple(error["path"]) for error in partial.errors} == {("orders",), ("fulfilments",)}
        refused = await retailer.graph.execute(cancel, {"input": input_})
        assert refused.data == {"orderCancel": None}
        assert [error["path"] for error in refused.errors] == [["orderCancel"]]


async def test_without_inventory_an_order_is_still_read_and_none_is_placed_by_halves(
    stack: Stack, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)
    order = await retailer.places(retailer.wish("shirt"))
    wish = retailer.wish("shirt", idempotencyKey=retailer.key())
    read = f"""
      query {{
        order(by: {{id: "{order["id"]}"}}) {{
          status
          lines {{ sku item {{ title }} }}
          fulfilments {{ locationCode location {{ name }} }}
        }}
      }}
    """

    async with stack.without(INVENTORY):
        partial = await retailer.graph.execute(read)
        assert partial.data["order"] == {
            "status": "OPEN",
            "lines": [{"sku": retailer.code("shirt"), "item": None}],
            "fulfilments": [{"locationCode": retailer.code("S1"), "location": None}],
        }
        assert {tuple(error["path"]) for error in partial.errors} == {
            ("order", "lines", 0, "item", "title"),
            ("order", "fulfilments", 0, "location", "name"),
        }
        refused = await retailer.does(
            "orderPlace", wish, "order { id }", role=Role.CUSTOMER_SERVICE
        )
        assert [error["retryable"] for error in refused["userErrors"]] == [True]

    stack.clock.advance(RECOVERED_AFTER)
    placed = await eventually(
        lambda: retailer.does("orderPlace", wish, "order { status }", role=Role.CUSTOMER_SERVICE),
        lambda answer: not answer["userErrors"],
    )
    assert placed["order"]["status"] == "OPEN"
    assert await retailer.available("shirt") == 3


@pytest.mark.parametrize("stopped", [INVENTORY, ORDERS])
async def test_the_lists_of_one_service_answer_when_the_other_is_down(
    stack: Stack, retailer: Retailer, stopped: str
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)
    await retailer.places(retailer.wish("shirt"))
    lists = f"""
      query Lists {{
        items(first: 1) {{ nodes {{ sku }} }}
        locations(first: 1) {{ nodes {{ code }} }}
        channels {{ code }}
        stockMovements(
          sku: "{retailer.code("shirt")}", locationCode: "{retailer.code("S1")}", first: 1
        ) {{ nodes {{ kind }} }}
        orders(first: 1) {{ nodes {{ id }} }}
        fulfilments(locationCode: "{retailer.code("S1")}", first: 1) {{ nodes {{ id }} }}
      }}
    """
    fields = {INVENTORY: LISTS_OF_INVENTORY, ORDERS: LISTS_OF_ORDERS}
    whole = (await retailer.graph.execute(lists)).whole()
    assert all(whole.values())

    async with stack.without(stopped):
        partial = await retailer.graph.execute(lists)

    gone = fields[stopped]
    assert partial.status == 200
    assert partial.data == {name: None if name in gone else whole[name] for name in whole}
    assert {tuple(error["path"]) for error in partial.errors} == {(name,) for name in gone}
    assert {error["extensions"]["serviceName"] for error in partial.errors} == {stopped}


@pytest.mark.capability("T2")
async def test_without_returns_an_order_is_read_and_placed_and_only_its_returns_are_null(
    stack: Stack, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)
    order = await retailer.places(retailer.wish("shirt"))
    screen = f"""
      query Screen {{
        order(by: {{id: "{order["id"]}"}}) {{
          status lines {{ quantity item {{ title }} }} returns {{ nodes {{ state }} }}
        }}
      }}
    """
    whole = (await retailer.graph.execute(screen)).whole()
    assert whole["order"]["returns"] == {"nodes": []}

    async with stack.without(RETURNS):
        partial = await retailer.graph.execute(screen)
        assert partial.status == 200
        assert partial.data == {"order": {**whole["order"], "returns": None}}
        assert [error["path"] for error in partial.errors] == [["order", "returns"]]
        assert {error["extensions"]["serviceName"] for error in partial.errors} == {RETURNS}
        assert (await retailer.places(retailer.wish("shirt")))["status"] == "OPEN"

    assert (await retailer.graph.execute(screen)).whole() == whole


@pytest.mark.capability("T2")
async def test_without_appointments_a_shop_is_read_and_only_its_visits_are_null(
    stack: Stack, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    screen = f"""
      query Screen {{
        location(code: "{retailer.code("S1")}") {{ name appointments {{ nodes {{ id }} }} }}
      }}
    """
    whole = (await retailer.graph.execute(screen)).whole()
    assert whole["location"]["appointments"] == {"nodes": []}

    async with stack.without(APPOINTMENTS):
        partial = await retailer.graph.execute(screen)
        assert partial.status == 200
        assert partial.data == {"location": {**whole["location"], "appointments": None}}
        assert [error["path"] for error in partial.errors] == [["location", "appointments"]]
        assert {error["extensions"]["serviceName"] for error in partial.errors} == {APPOINTMENTS}

    assert (await retailer.graph.execute(screen)).whole() == whole
