"""What a customer may have kept of items that are sold by length, through the subgraph."""

from typing import Any

import pytest

from inventory_svc.domain.rights import OF_CUSTOMERS
from retail_kit.quantities import Unit
from retail_kit.roles import Role
from tests.contract.inventory_svc.api.conftest import Subgraph

PAYLOAD = "reservation { lines { quantity } } userErrors { code path params { key value } }"
MOST = OF_CUSTOMERS.measured[Unit.MILLIMETRE]
IN_STOCK = 100_000


@pytest.fixture
async def haberdashery(shop: Subgraph) -> Subgraph:
    """Give a shop with two kinds of ribbon."""
    items = [
        {"sku": sku, "title": sku.title(), "unit": "MILLIMETRE"} for sku in ("ribbon", "tulle")
    ]
    await shop.mutate("itemsImport", "results { status }", {"lines": items})
    lines = [
        {"sku": sku, "locationCode": "S2", "quantity": IN_STOCK}
        for sku in ("ribbon", "tulle", "hat")
    ]
    await shop.mutate("stockImport", "results { status }", {"mode": "DELTA", "lines": lines})
    return shop


async def keeps(shop: Subgraph, *lines: tuple[str, int], role: Role = Role.CUSTOMER) -> Any:
    wanted = [
        {"lineId": str(at), "sku": sku, "quantity": quantity}
        for at, (sku, quantity) in enumerate(lines)
    ]
    wish = {"kind": "CART", "channel": "web", "lines": wanted}
    return await shop.mutate("reservationCreate", PAYLOAD, wish, role)


async def test_a_customer_keeps_what_a_household_buys_of_what_is_sold_by_length(
    haberdashery: Subgraph,
) -> None:
    metre = await keeps(haberdashery, ("ribbon", 1000))
    assert metre["userErrors"] == []
    assert metre["reservation"]["lines"] == [{"quantity": 1000}]

    beyond = await keeps(haberdashery, ("hat", 1), ("tulle", MOST - 999))
    (error,) = beyond["userErrors"]
    assert (error["code"], error["path"]) == (
        "TOO_MANY_KEPT",
        ["input", "lines", "1", "quantity"],
    )
    assert {each["key"]: each["value"] for each in error["params"]} == {
        "unit": "MILLIMETRE",
        "requested": str(MOST - 999),
        "kept": "1000",
        "most": str(MOST),
    }

    rest = await keeps(haberdashery, ("hat", 10), ("tulle", MOST - 1000))
    assert rest["userErrors"] == []
    unbounded = await keeps(haberdashery, ("ribbon", MOST), role=Role.ASSISTANT)
    assert unbounded["userErrors"] == []
