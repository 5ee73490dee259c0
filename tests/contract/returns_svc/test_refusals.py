"""What a declaration cannot be about is refused with a code and a path, for good."""

import pytest

from tests.contract.returns_svc.conftest import OpenProcess, World


@pytest.mark.parametrize("customer", [{"email": ""}, {"ref": " "}, {"email": "x" * 201}])
async def test_blind_goods_of_nobody_are_refused_before_anybody_is_asked(
    customer: dict[str, str], open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    blind = {"sku": "SHOE", "customer": customer, "reason": "CHANGED_MIND"}

    payload = await process.does("returnDeclare", channel="STORE", locationCode="S1", blind=blind)

    assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]
    assert world.orders.declared == 0
    assert await process.database.collection("returns").count({}) == 0


async def test_goods_that_were_received_are_so_though_the_shop_is_gone_when_it_is_told_again(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    declared = (await process.declares("ONLINE"))["returnRequest"]
    given = {"returnId": declared["id"], "locationCode": "S2"}
    received = await process.does("returnReceive", **given)
    assert received["userErrors"] == []

    world.shelves.are_gone = True

    assert await process.does("returnReceive", **given) == received
    refused = await process.does("returnReceive", **given, idempotencyKey="other")
    assert [error["code"] for error in refused["userErrors"]] == ["UNKNOWN_LOCATION"]
