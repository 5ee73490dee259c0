"""Who sees and does what: each caller their own part of the orders, nobody more."""

from typing import Any

import pytest

from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.identity.tokens import service_caller
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_caller, a_wish

CUSTOMER = a_caller(Role.CUSTOMER, "customer:7", subject="customer-7")
OTHER_CUSTOMER = a_caller(Role.CUSTOMER, "customer:8", subject="customer-8")
ASSISTANT_S1 = a_caller(Role.ASSISTANT, "location:S1", subject="assistant-1")
ASSISTANT_S2 = a_caller(Role.ASSISTANT, "location:S2", subject="assistant-2")
ASSISTANT_OF_SHOP = a_caller(Role.ASSISTANT, "channel:shop", subject="assistant-3")
SERVICE = a_caller(Role.CUSTOMER_SERVICE)
FEEDER = a_caller(Role.INTEGRATION)
PRICE_IN_SHOP = {"channel": "shop", "sku": "A", "unitPrice": {"amount": "7", "currency": "EUR"}}
ORDERS = "{ orders { nodes { id } totalCount } }"


@pytest.fixture
async def order(process: OrdersProcess, inventory: FakeInventory) -> Any:
    """An order of customer 7 on the channel web, prepared at S1."""
    inventory.give("A", "S1", 9)
    return await process.places("A", quantity=2, customerRef="7")


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (CUSTOMER, True),
        (OTHER_CUSTOMER, False),
        (a_caller(Role.CUSTOMER), False),
        (ASSISTANT_S1, True),
        (ASSISTANT_S2, False),
        (ASSISTANT_OF_SHOP, False),
        (a_caller(Role.ASSISTANT, "channel:web"), True),
        (a_caller(Role.ASSISTANT, "customer:7"), False),
        (a_caller(Role.CUSTOMER, "location:S1", "channel:web"), False),
        (SERVICE, True),
        (a_caller(Role.OPERATOR), True),
        (a_caller(Role.INTEGRATION), True),
        (service_caller("returns_svc"), True),
    ],
)
async def test_an_order_is_seen_by_those_it_concerns_whichever_way_they_ask(
    caller: Any, sees: bool, order: Any, process: OrdersProcess
) -> None:
    assert (await process.order(order["id"], caller) is not None) == sees
    by_ref = "query ($ref: String!) { order(by: {ref: $ref}) { id } }"
    found = (await process.run(by_ref, {"ref": order["ref"]}, caller))["order"]
    assert (found is not None) == sees
    listed = (await process.run(ORDERS, caller=caller))["orders"]
    assert listed == {"nodes": [{"id": order["id"]}] * sees, "totalCount": int(sees)}
    entities = (
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { id }"
        " ... on OrderLine { id } ... on Fulfilment { id } ... on Parcel { id } } }"
    )
    of = [
        {"__typename": "Order", "id": order["id"]},
        {"__typename": "OrderLine", "id": order["lines"][0]["id"]},
        {"__typename": "Fulfilment", "id": order["fulfilments"][0]["id"]},
    ]
    data = await process.run(entities, {"of": of}, caller)
    assert [one is not None for one in data["_entities"]] == [sees] * 3


async def test_the_visitor_reaches_no_root_field(process: OrdersProcess) -> None:
    result = await process.execute(ORDERS, caller=a_caller(Role.VISITOR))
    assert [error.extensions["code"] for error in result.errors] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (ASSISTANT_S1, None),
        (ASSISTANT_S2, "NOT_FOUND"),
        (a_caller(Role.ASSISTANT, "channel:web"), "FORBIDDEN"),
        (SERVICE, None),
        (a_caller(Role.OPERATOR), None),
        (a_caller(Role.INTEGRATION), None),
    ],
)
async def test_a_fulfilment_is_picked_only_by_those_who_work_there(
    caller: Any, code: str | None, order: Any, process: OrdersProcess
) -> None:
    line = {"lineId": order["lines"][0]["id"], "picked": 1}
    input_ = {"fulfilmentId": order["fulfilments"][0]["id"], "lines": [line]}
    payload = await process.does("fulfilmentPick", input_, caller=caller)
    assert [error["code"] for error in payload["userErrors"]] == [code] * (code is not None)


async def test_a_customer_cannot_pick_at_all(order: Any, process: OrdersProcess) -> None:
    line = {"lineId": order["lines"][0]["id"], "picked": 1}
    operation = (
        "mutation ($input: FulfilmentPickInput!)"
        " { fulfilmentPick(input: $input) { userErrors { code } } }"
    )
    input_ = {
        "idempotencyKey": "k",
        "fulfilmentId": order["fulfilments"][0]["id"],
        "lines": [line],
    }
    result = await process.execute(operation, {"input": input_}, CUSTOMER)
    assert [error.extensions["code"] for error in result.errors] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (CUSTOMER, None),
        (OTHER_CUSTOMER, "NOT_FOUND"),
        (ASSISTANT_S1, None),
        (ASSISTANT_S2, "NOT_FOUND"),
    ],
)
async def test_an_order_is_cancelled_only_by_those_it_belongs_to(
    caller: Any, code: str | None, order: Any, process: OrdersProcess
) -> None:
    input_ = {"orderId": order["id"], "reason": "CUSTOMER_REQUEST"}
    payload = await process.does("orderCancel", input_, caller=caller)
    assert [error["code"] for error in payload["userErrors"]] == [code] * (code is not None)


@pytest.mark.parametrize("reason", ["CUSTOMER_REQUEST", "OTHER", "FRAUD", "PRICE_ERROR"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("caller", [CUSTOMER, ASSISTANT_S1, SERVICE])
async def test_a_customer_gives_no_reason_that_is_for_the_retailer_to_give(
    caller: Any, whole: bool, reason: str, order: Any, process: OrdersProcess
) -> None:
    mutation, name, target = (
        ("orderCancel", "orderId", order["id"])
        if whole
        else ("orderLineCancel", "lineId", order["lines"][0]["id"])
    )
    payload = await process.does(mutation, {name: target, "reason": reason}, caller=caller)
    refused = caller is CUSTOMER and reason in {"FRAUD", "PRICE_ERROR"}
    found = [(error["code"], error["path"]) for error in payload["userErrors"]]
    assert found == [("FORBIDDEN", ["input", "reason"])] * refused


async def test_an_assistant_does_not_cancel_what_another_shop_prepares_too(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    inventory.give("B", "S2", 1)
    order = await process.places("A", "B")
    input_ = {"orderId": order["id"], "reason": "OTHER"}
    payload = await process.does("orderCancel", input_, caller=ASSISTANT_S1)
    assert [error["code"] for error in payload["userErrors"]] == ["FORBIDDEN"]
    actions = "query ($id: ID!) { order(by: {id: $id}) { availableActions { name reasonCode } } }"
    data = await process.run(actions, {"id": order["id"]}, ASSISTANT_S1)
    assert data["order"]["availableActions"] == [
        {"name": "ORDER_CANCEL", "reasonCode": "NOT_YOURS"},
        {"name": "ORDER_REFUND", "reasonCode": "NOT_YOURS"},
    ]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (CUSTOMER, "PRICE_NOT_ALLOWED"),
        (a_caller(Role.OPERATOR), "PRICE_NOT_ALLOWED"),
        (a_caller(Role.ASSISTANT, "channel:web"), "PRICE_NOT_ALLOWED"),
        (SERVICE, None),
        (a_caller(Role.INTEGRATION), None),
    ],
)
async def test_a_price_is_believed_only_from_those_who_may_set_one(
    caller: Any, code: str | None, process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    payload = await process.does("orderPlace", a_wish("A"), caller=caller)
    assert [error["code"] for error in payload["userErrors"]] == [code] * (code is not None)


def unpriced(**more: Any) -> dict[str, Any]:
    wish = a_wish("A", **more)
    del wish["lines"][0]["unitPrice"]
    return wish


async def test_a_customer_orders_for_themselves_at_the_price_of_the_book(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    price = {"channel": "web", "sku": "A", "unitPrice": {"amount": "7.5", "currency": "EUR"}}
    feed = await process.does(
        "pricesImport", {"lines": [price]}, "results { status }", a_caller(Role.INTEGRATION)
    )
    assert feed["results"] == [{"status": "APPLIED"}]
    order = (await process.does("orderPlace", unpriced(), caller=CUSTOMER))["order"]
    assert (order["customerRef"], order["totals"]["due"]["amount"]) == ("7", "7.50")

    payload = await process.does("orderPlace", unpriced(customerRef="8"), caller=CUSTOMER)
    assert [error["code"] for error in payload["userErrors"]] == ["FORBIDDEN"]


async def test_a_sku_without_a_price_is_refused_with_its_line(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    (error,) = (await process.does("orderPlace", unpriced(), caller=CUSTOMER))["userErrors"]
    assert (error["code"], error["path"]) == ("PRICE_UNKNOWN", ["input", "lines", "0", "sku"])
    assert inventory.calls == []


async def test_an_assistant_orders_only_on_granted_channels(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    await process.does("pricesImport", {"lines": [PRICE_IN_SHOP]}, "results { status }", FEEDER)
    for caller, channel in ((ASSISTANT_OF_SHOP, "web"), (ASSISTANT_S1, "shop")):
        payload = await process.does("orderPlace", unpriced(channel=channel), caller=caller)
        assert [error["code"] for error in payload["userErrors"]] == ["FORBIDDEN"]
    payload = await process.does("orderPlace", unpriced(channel="shop"), caller=ASSISTANT_OF_SHOP)
    assert payload["userErrors"] == []


@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (CUSTOMER, True),
        (OTHER_CUSTOMER, False),
        (ASSISTANT_S1, True),
        (ASSISTANT_S2, False),
        (ASSISTANT_OF_SHOP, False),
        (a_caller(Role.ASSISTANT, "channel:web"), True),
        (a_caller(Role.ASSISTANT), False),
        (SERVICE, True),
    ],
)
@pytest.mark.usefixtures("order")
async def test_a_customer_is_seen_by_themselves_and_by_those_who_may_see_an_order_of_theirs(
    caller: Any, sees: bool, by_id: bool, process: OrdersProcess
) -> None:
    line = {"ref": "7", "givenName": "Ada", "familyName": "Martin", "tier": "gold"}
    await process.does(
        "customersImport", {"lines": [line]}, "results { status }", a_caller(Role.INTEGRATION)
    )
    known = await process.run('{ customer(by: {ref: "7"}) { id } }')
    by = {"id": known["customer"]["id"]} if by_id else {"ref": "7"}
    operation = "query ($by: CustomerBy!) { customer(by: $by) { ref tier givenName } }"
    found = (await process.run(operation, {"by": by}, caller))["customer"]
    assert found == ({"ref": "7", "tier": "gold", "givenName": "Ada"} if sees else None)


async def test_a_grant_by_the_customers_own_id_is_as_good_as_one_by_reference(
    order: Any, process: OrdersProcess
) -> None:
    events = [one for one in await process.events() if one["type"] == "customerChanged"]
    key = events[0]["entity"]["id"]
    caller = a_caller(Role.CUSTOMER, f"customer:{key}")
    assert await process.order(order["id"], caller) is not None


async def test_the_timeline_is_for_those_who_prepare_and_is_null_for_the_customer(
    order: Any, process: OrdersProcess
) -> None:
    operation = "query ($id: ID!) { order(by: {id: $id}) { id timeline { nodes { actor } } } }"
    result = await process.execute(operation, {"id": order["id"]}, CUSTOMER)
    assert result.data == {"order": {"id": order["id"], "timeline": None}}
    assert [error.path for error in result.errors] == [["order", "timeline"]]
    data = await process.run(operation, {"id": order["id"]}, ASSISTANT_S1)
    assert len(data["order"]["timeline"]["nodes"]) == 2


async def test_the_work_list_shows_an_assistant_only_their_own_shop(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    inventory.give("B", "S2", 1)
    await process.places("A", "B")
    everything = "{ fulfilments { nodes { locationCode } totalCount } }"
    for caller, code in ((ASSISTANT_S1, "S1"), (ASSISTANT_S2, "S2")):
        data = await process.run(everything, caller=caller)
        assert data["fulfilments"] == {"nodes": [{"locationCode": code}], "totalCount": 1}
    elsewhere = '{ fulfilments(locationCode: "S2") { nodes { locationCode } } }'
    data = await process.run(elsewhere, caller=ASSISTANT_S1)
    assert data["fulfilments"]["nodes"] == []


@pytest.mark.usefixtures("order")
async def test_a_location_tells_its_work_to_those_who_work_there(process: OrdersProcess) -> None:
    operation = (
        "query ($of: [_Any!]!) { _entities(representations: $of)"
        " { ... on Location { fulfilments(states: [ASSIGNED]) { nodes { id } } } } }"
    )
    of = [{"__typename": "Location", "id": to_global_id("Location", "S1")}]
    for caller, seen in ((ASSISTANT_S1, 1), (ASSISTANT_S2, 0), (SERVICE, 1)):
        data = await process.run(operation, {"of": of}, caller)
        assert len(data["_entities"][0]["fulfilments"]["nodes"]) == seen
    result = await process.execute(operation, {"of": of}, CUSTOMER)
    assert result.data["_entities"] == [{"fulfilments": None}]
