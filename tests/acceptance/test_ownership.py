"""Whose things they are: customers have their own orders, assistants their own shops."""

from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import Retailer

READ = "query ($id: ID!) { order(by: {id: $id}) { id } orders { nodes { id } } }"


@pytest.fixture
async def order(retailer: Retailer) -> Any:
    """Ada's order, to be prepared in S1."""
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=2, S2=2)
    await retailer.knows("ada", "bob")
    return await retailer.places(retailer.wish("shirt", customerRef=retailer.code("ada")))


@pytest.mark.parametrize(
    ("role", "grant", "seen"),
    [
        (Role.CUSTOMER, "customer:ada", True),
        (Role.CUSTOMER, "customer:bob", False),
        (Role.CUSTOMER, "location:S1", False),
        (Role.ASSISTANT, "location:S1", True),
        (Role.ASSISTANT, "location:S2", False),
        (Role.ASSISTANT, "channel:web", True),
        (Role.ASSISTANT, "customer:ada", False),
        (Role.CUSTOMER_SERVICE, "location:S2", True),
    ],
)
async def test_an_order_is_seen_by_its_customer_its_shop_and_its_channel(
    retailer: Retailer, order: Any, role: Role, grant: str, seen: bool
) -> None:
    grants = [_grant(retailer, grant)]
    data = await retailer.graph.data(READ, {"id": order["id"]}, role=role, grants=grants)
    listed = [each["id"] for each in data["orders"]["nodes"]]
    assert data["order"] == ({"id": order["id"]} if seen else None)
    assert (order["id"] in listed) is seen


@pytest.mark.parametrize(
    ("role", "grant"), [(Role.CUSTOMER, "customer:bob"), (Role.ASSISTANT, "location:S2")]
)
async def test_nobody_cancels_an_order_of_others(
    retailer: Retailer, order: Any, role: Role, grant: str
) -> None:
    payload = await retailer.does(
        "orderCancel",
        {"orderId": order["id"], "reason": "CUSTOMER_REQUEST"},
        "order { id }",
        role=role,
        grants=[_grant(retailer, grant)],
    )
    assert payload["order"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]
    assert (await retailer.order(order["id"]))["status"] == "OPEN"


@pytest.mark.parametrize(
    ("grants", "codes"),
    [
        (["location:S1"], []),
        (["location:S2"], ["NOT_FOUND"]),
        (["location:S2", "channel:web"], ["FORBIDDEN"]),
    ],
)
async def test_an_assistant_picks_where_they_work_and_nowhere_else(
    retailer: Retailer, order: Any, grants: list[str], codes: list[str]
) -> None:
    (line,), (part,) = order["lines"], order["fulfilments"]
    payload = await retailer.does(
        "fulfilmentPick",
        {"fulfilmentId": part["id"], "lines": [{"lineId": line["id"], "picked": 1}]},
        "fulfilment { state }",
        role=Role.ASSISTANT,
        grants=[_grant(retailer, grant) for grant in grants],
    )
    assert [error["code"] for error in payload["userErrors"]] == codes
    (part,) = (await retailer.order(order["id"]))["fulfilments"]
    assert part["state"] == ("ASSIGNED" if codes else "PICKED")


async def test_a_price_is_believed_from_those_who_may_set_it_and_refused_from_others(
    retailer: Retailer, order: Any
) -> None:
    price = {"amount": "1.00", "currency": "EUR"}
    lines = [{"sku": retailer.code("shirt"), "quantity": 1, "unitPrice": price}]
    ada = retailer.code("ada")
    refused = await retailer.does(
        "orderPlace",
        retailer.wish(lines=lines, customerRef=ada),
        "order { id }",
        role=Role.CUSTOMER,
        grants=[f"customer:{ada}"],
    )
    assert [error["code"] for error in refused["userErrors"]] == ["PRICE_NOT_ALLOWED"]
    believed = await retailer.manages(
        "orderPlace",
        retailer.wish(lines=lines),
        "order { totals { due { amount currency } } }",
        role=Role.CUSTOMER_SERVICE,
    )
    assert believed["order"]["totals"]["due"] == price
    assert await retailer.available("shirt") == 2
    assert order["status"] == "OPEN"


def _grant(retailer: Retailer, grant: str) -> str:
    kind, name = grant.split(":")
    return f"{kind}:{retailer.code(name)}"
