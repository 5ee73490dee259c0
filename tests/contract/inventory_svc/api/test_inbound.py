"""Telling of supply that is on its way: bad lines, stale keys, rights, and what rules do to it."""

from typing import Any

import pytest

from retail_kit.roles import Role
from tests.contract.inventory_svc.api.conftest import Subgraph

RESULTS = """
  results { index ref status userErrors { code path } }
  userErrors { code path }
"""
ORDER = {
    "kind": "PURCHASE_ORDER",
    "reference": "PO-1",
    "sku": "shirt",
    "locationCode": "S1",
    "quantity": 10,
    "expectedAt": "2026-04-15T00:00:00Z",
}
QUOTA = {
    "code": "spring",
    "sku": "shirt",
    "locationCode": "S1",
    "quantity": 10,
    "opensAt": "2026-03-01T00:00:00Z",
    "closesAt": "2026-05-01T00:00:00Z",
    "availableFrom": "2026-06-15T00:00:00Z",
}
RECEIPT = {name: ORDER[name] for name in ("kind", "reference", "sku", "locationCode", "quantity")}


def told(payload: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the fate of each line, with its errors by the last part of their path."""
    return [
        (each["status"], [(error["code"], error["path"][-1]) for error in each["userErrors"]])
        for each in payload["results"]
    ]


async def test_a_bad_line_of_what_comes_loses_only_itself(shop: Subgraph) -> None:
    lines = [
        {**ORDER, "sku": "nothing", "locationCode": "S9"},
        ORDER,
        {**ORDER, "reference": " ", "line": "2"},
        {**ORDER, "reference": "PO|2"},
        {**ORDER, "quantity": -1, "supplierCode": "nobody", "fromLocationCode": "S9"},
        {**ORDER, "kind": "TRANSFER", "fromLocationCode": "S1"},
        {**ORDER, "expectedAt": "9999-12-31T00:00:00Z"},
        ORDER,
    ]

    payload = await shop.mutate("inboundImport", RESULTS, {"lines": lines}, Role.INTEGRATION)

    assert told(payload) == [
        ("REJECTED", [("UNKNOWN_SKU", "sku"), ("UNKNOWN_LOCATION", "locationCode")]),
        ("APPLIED", []),
        ("REJECTED", [("INVALID_INPUT", "reference")]),
        ("REJECTED", [("INVALID_INPUT", "reference")]),
        (
            "REJECTED",
            [
                ("UNKNOWN_LOCATION", "fromLocationCode"),
                ("UNKNOWN_SUPPLIER", "supplierCode"),
                ("INVALID_INPUT", "quantity"),
            ],
        ),
        ("REJECTED", [("INVALID_INPUT", "fromLocationCode")]),
        ("REJECTED", [("INVALID_INPUT", "expectedAt")]),
        ("UNCHANGED", []),
    ]
    assert payload["results"][0]["userErrors"][0]["path"] == ["input", "lines", "0", "sku"]


async def test_what_comes_in_another_unit_than_the_items_own_is_refused(shop: Subgraph) -> None:
    ribbon = {"sku": "ribbon", "title": "Ribbon", "unit": "MILLIMETRE"}
    await shop.mutate("itemsImport", RESULTS, {"lines": [ribbon]})

    def by(unit: str, line: dict[str, Any]) -> dict[str, Any]:
        return {**line, "sku": "ribbon", "unit": unit}

    for mutation, line in (
        ("inboundImport", ORDER),
        ("preorderQuotasImport", QUOTA),
        ("inboundReceive", RECEIPT),
    ):
        lines = [by("PIECE", line), by("MILLIMETRE", line), {**line, "sku": "cap", "unit": "PIECE"}]
        payload = await shop.mutate(mutation, RESULTS, {"lines": lines}, Role.INTEGRATION)

        wrong, right, strange = told(payload)
        assert (wrong, right) == (("REJECTED", [("WRONG_UNIT", "unit")]), ("APPLIED", []))
        assert strange[0] == "REJECTED"
        assert ("WRONG_UNIT", "unit") not in strange[1]
    operation = '{ stockPosition(sku: "ribbon", locationCode: "S1") { onHand } }'
    shown = await shop.ask_as(Role.OPERATOR, operation)
    assert shown["data"]["stockPosition"] == {"onHand": 10}


async def test_a_delivery_that_moves_is_cancelled_where_it_went_and_told_where_it_goes(
    shop: Subgraph,
) -> None:
    moved = {**ORDER, "locationCode": "W1"}
    question = '{ item(sku: "shirt") { availability(channel: "web") { future { quantity } } } }'

    async def sold_later(*lines: dict[str, Any]) -> list[int]:
        payload = await shop.mutate("inboundImport", RESULTS, {"lines": lines}, Role.INTEGRATION)
        assert told(payload) == [("APPLIED", [])] * len(lines)
        answer = await shop.ask_as(Role.VISITOR, question)
        return [each["quantity"] for each in answer["data"]["item"]["availability"]["future"]]

    assert await sold_later(ORDER) == [0, 10]
    assert await sold_later({**ORDER, "cancelled": True}, moved) == [0, 10]
    assert await sold_later(ORDER) == [0, 20]


async def test_goods_leave_after_they_have_come_with_the_delay_of_their_supplier(
    shop: Subgraph,
) -> None:
    maker = {"code": "maker", "name": "Maker", "delayDays": 2}
    await shop.mutate("suppliersImport", RESULTS, {"lines": [maker]})
    late = {**ORDER, "supplierCode": "maker"}
    lines = [
        {**ORDER, "shipBefore": ORDER["expectedAt"]},
        {**late, "shipBefore": "2026-04-17T00:00:00Z"},
        {**late, "shipBefore": "2026-04-17T00:00:00.001Z"},
        {**ORDER, "expectedAt": "9999-12-31T00:00:00Z", "shipBefore": "9999-12-31T00:00:00Z"},
    ]

    payload = await shop.mutate("inboundImport", RESULTS, {"lines": lines}, Role.INTEGRATION)

    assert told(payload) == [
        ("REJECTED", [("INVALID_INPUT", "shipBefore")]),
        ("REJECTED", [("INVALID_INPUT", "shipBefore")]),
        ("APPLIED", []),
        ("REJECTED", [("INVALID_INPUT", "expectedAt")]),
    ]
    operation = '{ item(sku: "shirt") { inbound { availableFrom shipBefore } } }'
    answer = await shop.ask_as(Role.OPERATOR, operation)
    (shown,) = answer["data"]["item"]["inbound"]
    assert shown == {
        "availableFrom": "2026-04-17T00:00:00.000Z",
        "shipBefore": "2026-04-17T00:00:00.001Z",
    }


async def test_a_quota_closes_after_it_opens_and_on_a_channel_that_is_known(
    shop: Subgraph,
) -> None:
    lines = [
        {**QUOTA, "closesAt": QUOTA["opensAt"]},
        {**QUOTA, "channel": "nowhere"},
        {**QUOTA, "code": ""},
        {**QUOTA, "availableFrom": "9999-12-31T00:00:00Z"},
        QUOTA,
    ]

    payload = await shop.mutate("preorderQuotasImport", RESULTS, {"lines": lines}, Role.INTEGRATION)

    assert told(payload) == [
        ("REJECTED", [("INVALID_INPUT", "closesAt")]),
        ("REJECTED", [("UNKNOWN_CHANNEL", "channel")]),
        ("REJECTED", [("INVALID_INPUT", "code")]),
        ("REJECTED", [("INVALID_INPUT", "availableFrom")]),
        ("APPLIED", []),
    ]


async def test_only_an_import_of_quotas_changes_a_quota(shop: Subgraph) -> None:
    await shop.mutate("preorderQuotasImport", RESULTS, {"lines": [QUOTA]}, Role.INTEGRATION)
    line = {**ORDER, "kind": "PREORDER", "reference": QUOTA["code"]}
    operation = f"""
      mutation ($input: InboundImportInput!) {{ inboundImport(input: $input) {{ {RESULTS} }} }}
    """

    answer = await shop.ask_as(
        Role.INTEGRATION, operation, {"input": {"idempotencyKey": "k", "lines": [line]}}
    )

    assert "InboundKindInput" in answer["errors"][0]["message"]


async def test_a_supplier_is_late_by_days_of_a_year_at_most(subgraph: Subgraph) -> None:
    lines = [
        {"code": "maker", "name": "Maker", "delayDays": 2},
        {"code": "late", "name": "Late", "delayDays": 366},
        {"code": "", "name": " ", "delayDays": -1},
    ]

    payload = await subgraph.mutate("suppliersImport", RESULTS, {"lines": lines})

    assert told(payload) == [
        ("APPLIED", []),
        ("REJECTED", [("INVALID_INPUT", "delayDays")]),
        (
            "REJECTED",
            [("INVALID_INPUT", "code"), ("INVALID_INPUT", "name"), ("INVALID_INPUT", "delayDays")],
        ),
    ]


async def test_only_what_was_announced_is_received_and_the_other_lines_come(
    shop: Subgraph,
) -> None:
    await shop.mutate("inboundImport", RESULTS, {"lines": [ORDER]}, Role.INTEGRATION)
    lines = [
        {**RECEIPT, "reference": "PO-9"},
        {**RECEIPT, "quantity": 0},
        {**RECEIPT, "locationCode": "S9"},
        RECEIPT,
    ]

    payload = await shop.mutate("inboundReceive", RESULTS, {"lines": lines}, Role.OPERATOR)

    assert told(payload) == [
        ("REJECTED", [("UNKNOWN_INBOUND", "reference")]),
        ("REJECTED", [("INVALID_INPUT", "quantity")]),
        ("REJECTED", [("UNKNOWN_LOCATION", "locationCode")]),
        ("APPLIED", []),
    ]


async def test_an_assistant_takes_goods_in_only_where_they_work(shop: Subgraph) -> None:
    await shop.mutate("inboundImport", RESULTS, {"lines": [ORDER]}, Role.INTEGRATION)
    operation = f"""
      mutation ($input: InboundReceiveInput!) {{ inboundReceive(input: $input) {{ {RESULTS} }} }}
    """

    async def receives(key: str, grant: str) -> Any:
        answer = await shop.ask_as(
            Role.ASSISTANT,
            operation,
            {"input": {"idempotencyKey": key, "lines": [RECEIPT]}},
            grants=(grant,),
        )
        return answer["data"]["inboundReceive"]

    assert told(await receives("1", "location:S2")) == [
        ("REJECTED", [("FORBIDDEN", "locationCode")])
    ]
    assert told(await receives("2", "location:S1")) == [("APPLIED", [])]


@pytest.mark.parametrize("mutation", ["inboundImport", "inboundReceive"])
async def test_the_same_key_has_one_effect_and_another_body_is_refused(
    shop: Subgraph, mutation: str
) -> None:
    await shop.mutate("inboundImport", RESULTS, {"lines": [ORDER]}, Role.INTEGRATION)
    line = ORDER if mutation == "inboundImport" else RECEIPT
    sent = {"idempotencyKey": "same", "lines": [{**line, "quantity": 7}]}

    first = await shop.mutate(mutation, RESULTS, sent, Role.INTEGRATION)
    again = await shop.mutate(mutation, RESULTS, sent, Role.INTEGRATION)
    other = {"idempotencyKey": "same", "lines": [{**line, "quantity": 8}]}
    refused = await shop.mutate(mutation, RESULTS, other, Role.INTEGRATION)

    assert first == again
    codes = [error["code"] for error in refused["userErrors"]]
    codes += [error["code"] for each in refused["results"] for error in each["userErrors"]]
    assert codes == ["IDEMPOTENCY_KEY_REUSED"]
    operation = '{ item(sku: "shirt") { inbound { quantity received } } }'
    answer = await shop.ask_as(Role.OPERATOR, operation)
    expected = (
        {"quantity": 7, "received": 0}
        if mutation == "inboundImport"
        else {"quantity": 10, "received": 7}
    )
    assert answer["data"]["item"]["inbound"] == [expected]
