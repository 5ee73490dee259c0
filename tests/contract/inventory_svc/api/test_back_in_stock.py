"""Registering to hear that an item is back, through the subgraph: who may do what for whom."""

from collections.abc import Sequence
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.contract.inventory_svc.api.conftest import Subgraph

FIELDS = """id sku channelCode condition customerRef contactRef number state
  registeredAt expiresAt toldAt withdrawnAt version item { title }"""
PAYLOAD = f"registration {{ {FIELDS} }} userErrors {{ code path }}"
SHIRT = {"sku": "shirt", "channel": "web"}
ADA = ["customer:ada"]


async def registers(
    shop: Subgraph, role: Role = Role.CUSTOMER_SERVICE, grants: Sequence[str] = (), **more: Any
) -> Any:
    operation = (
        "mutation Run($input: BackInStockRegisterInput!)"
        f" {{ backInStockRegister(input: $input) {{ {PAYLOAD} }} }}"
    )
    given = {"idempotencyKey": str(more), **SHIRT, **more}
    answer = await shop.ask_as(role, operation, {"input": given}, grants=grants)
    return answer["data"]["backInStockRegister"]


async def withdraws(shop: Subgraph, registration: Any, grants: Sequence[str]) -> Any:
    operation = (
        "mutation Run($input: BackInStockWithdrawInput!)"
        f" {{ backInStockWithdraw(input: $input) {{ {PAYLOAD} }} }}"
    )
    given = {"idempotencyKey": f"withdraw-{grants}", "registrationId": registration["id"]}
    answer = await shop.ask_as(Role.CUSTOMER, operation, {"input": given}, grants=grants)
    return answer["data"]["backInStockWithdraw"]


async def listed(
    shop: Subgraph, arguments: str, role: Role = Role.OPERATOR, grants: Sequence[str] = ()
) -> Any:
    operation = (
        f"{{ backInStockRegistrations({arguments})"
        " { nodes { number customerRef contactRef state } } }"
    )
    return await shop.ask_as(role, operation, grants=grants)


def found(answer: Any) -> list[tuple[Any, ...]]:
    return [tuple(each.values()) for each in answer["data"]["backInStockRegistrations"]["nodes"]]


async def tell(shop: Subgraph) -> None:
    """Do what is due of those who wait."""
    for worker in shop.parts.workers:
        await worker.run_due_once()


async def test_a_customer_registers_and_is_told_once_and_others_are_not_seen(
    shop: Subgraph,
) -> None:
    own = (await registers(shop, Role.CUSTOMER, ADA))["registration"]
    assert (own["customerRef"], own["number"], own["state"]) == ("ada", 1, "WAITING")
    assert (own["item"], own["condition"]) == ({"title": "Shirt"}, "NEW")
    again = (await registers(shop, Role.CUSTOMER, ADA))["registration"]
    assert again == own
    guest = (await registers(shop, Role.INTEGRATION, contactRef="crm-8"))["registration"]
    assert (guest["contactRef"], guest["number"]) == ("crm-8", 2)

    line = {"sku": "shirt", "locationCode": "W1", "quantity": 1}
    await shop.mutate("stockImport", "results { status }", {"mode": "DELTA", "lines": [line]})
    await tell(shop)

    everybody = found(await listed(shop, 'sku: "shirt"'))
    assert sorted(everybody) == [(1, "ada", None, "TOLD"), (2, None, "crm-8", "WAITING")]
    assert found(await listed(shop, "first: 9", Role.CUSTOMER, ADA)) == [(1, "ada", None, "TOLD")]
    unnamed = await listed(shop, "first: 9")
    assert [error["extensions"]["code"] for error in unnamed["errors"]] == ["INVALID_INPUT"]
    assert found(await listed(shop, 'customerRef: "bob"', Role.CUSTOMER, ADA)) == []


async def test_a_registration_is_withdrawn_by_whose_it_is_and_by_nobody_else(
    shop: Subgraph,
) -> None:
    own = (await registers(shop, Role.CUSTOMER, ADA))["registration"]

    others = await withdraws(shop, own, ["customer:bob"])
    assert others["userErrors"] == [{"code": "NOT_FOUND", "path": ["input", "registrationId"]}]
    withdrawn = await withdraws(shop, own, ADA)

    assert withdrawn["registration"]["state"] == "WITHDRAWN"
    line = {"sku": "shirt", "locationCode": "W1", "quantity": 1}
    await shop.mutate("stockImport", "results { status }", {"mode": "DELTA", "lines": [line]})
    await tell(shop)
    assert found(await listed(shop, 'sku: "shirt"')) == [(1, "ada", None, "WITHDRAWN")]


@pytest.mark.parametrize(
    ("role", "more", "error"),
    [
        (Role.CUSTOMER, {"customerRef": "bob"}, ("FORBIDDEN", "customerRef")),
        (Role.CUSTOMER, {"contactRef": "x"}, ("FORBIDDEN", "contactRef")),
        (Role.ASSISTANT, {}, ("INVALID_INPUT", "customerRef")),
        (Role.ASSISTANT, {"customerRef": "b", "contactRef": "x"}, ("INVALID_INPUT", "contactRef")),
        (Role.CUSTOMER, {"sku": "sock"}, ("UNKNOWN_SKU", "sku")),
        (Role.CUSTOMER, {"channel": "moon"}, ("UNKNOWN_CHANNEL", "channel")),
        (Role.CUSTOMER, {"expiresAt": "2020-01-01T00:00:00Z"}, ("INVALID_INPUT", "expiresAt")),
        (Role.CUSTOMER, {"expiresAt": "2036-01-01T00:00:00Z"}, ("INVALID_INPUT", "expiresAt")),
    ],
)
async def test_what_is_refused_names_its_reason_and_its_place(
    shop: Subgraph, role: Role, more: dict[str, Any], error: tuple[str, str]
) -> None:
    refused = await registers(shop, role, ADA, **more)

    code, place = error
    assert refused["registration"] is None
    assert refused["userErrors"] == [{"code": code, "path": ["input", place]}]
    assert found(await listed(shop, 'sku: "shirt"')) == []


async def test_who_asks_for_it_is_forgotten(shop: Subgraph) -> None:
    await registers(shop, Role.CUSTOMER, ADA)
    await registers(shop, customerRef="bob")

    erased = await shop.mutate(
        "backInStockErase",
        "erased userErrors { code }",
        {"customerRef": "ada"},
        Role.CUSTOMER_SERVICE,
    )

    assert erased == {"erased": 1, "userErrors": []}
    assert found(await listed(shop, 'sku: "shirt"')) == [(2, "bob", None, "WAITING")]
