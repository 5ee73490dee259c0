"""Feeds of customers and prices: each line for itself."""

from typing import Any

from retail_kit.roles import Role
from tests.support.orders_process import OrdersProcess, a_caller

FEEDER = a_caller(Role.INTEGRATION, subject="erp")
RESULTS = "results { index ref status userErrors { code path } }"


def euros(amount: str, sku: str = "A") -> dict[str, Any]:
    return {"channel": "web", "sku": sku, "unitPrice": {"amount": amount, "currency": "EUR"}}


async def fed(process: OrdersProcess, mutation: str, *lines: Any) -> list[tuple[str, str]]:
    payload = await process.does(mutation, {"lines": list(lines)}, RESULTS, FEEDER)
    assert payload["userErrors"] == []
    return [(result["ref"], result["status"]) for result in payload["results"]]


async def test_a_feed_of_customers_applies_leaves_alone_and_rejects_line_by_line(
    process: OrdersProcess,
) -> None:
    ada, bob = {"ref": "7", "familyName": "Martin"}, {"ref": "8", "tier": "gold"}
    assert await fed(process, "customersImport", ada, bob, ada, {"ref": " "}) == [
        ("7", "APPLIED"),
        ("8", "APPLIED"),
        ("7", "REJECTED"),
        (" ", "REJECTED"),
    ]
    changed = {**ada, "familyName": "Durand"}
    assert await fed(process, "customersImport", changed, bob) == [
        ("7", "APPLIED"),
        ("8", "UNCHANGED"),
    ]
    data = await process.run('{ customer(by: {ref: "7"}) { familyName version } }')
    assert data["customer"] == {"familyName": "Durand", "version": 2}


async def test_a_feed_of_prices_applies_leaves_alone_and_rejects_line_by_line(
    process: OrdersProcess,
) -> None:
    assert await fed(process, "pricesImport", euros("9.90"), euros("-1", "B"), euros("1")) == [
        ("web/A", "APPLIED"),
        ("web/B", "REJECTED"),
        ("web/A", "REJECTED"),
    ]
    assert await fed(process, "pricesImport", euros("9.9"), euros("2", "B")) == [
        ("web/A", "UNCHANGED"),
        ("web/B", "APPLIED"),
    ]
    assert await fed(process, "pricesImport", euros("8.90")) == [("web/A", "APPLIED")]
    events = [one for one in await process.events() if one["type"] == "priceChanged"]
    assert sorted((one["data"]["sku"], one["seq"]) for one in events) == [
        ("A", 1),
        ("A", 2),
        ("B", 1),
    ]


async def test_an_empty_feed_is_refused_as_a_whole(process: OrdersProcess) -> None:
    for mutation in ("customersImport", "pricesImport"):
        payload = await process.does(mutation, {"lines": []}, RESULTS, FEEDER)
        assert payload["results"] == []
        assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]


async def test_a_price_with_more_decimals_than_its_currency_is_refused(
    process: OrdersProcess,
) -> None:
    payload = await process.does("pricesImport", {"lines": [euros("1.005")]}, RESULTS, FEEDER)
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == (
        "INVALID_INPUT",
        ["input", "lines", "0", "unitPrice"],
    )
