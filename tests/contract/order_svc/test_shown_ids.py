"""What clients read: global ids and sentences, never the keys and codes of the inside."""

from dataclasses import replace
from typing import Any

import pytest

from service_kit.identity.caller import Caller
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_caller


@pytest.fixture
async def order(process: OrdersProcess, inventory: FakeInventory) -> Any:
    """An order of one unit, prepared at S1."""
    inventory.give("A", "S1", 9)
    return await process.places("A")


async def test_the_timeline_names_what_it_speaks_of_by_global_ids(
    order: Any, process: OrdersProcess
) -> None:
    order = await process.ships(await process.packs(await process.picks(order)))
    operation = """
      query ($id: ID!) { order(by: {id: $id}) {
        fulfilments { id reservation { id } }
        timeline { nodes { happening details { key value } } }
      } }
    """
    shown = (await process.run(operation, {"id": order["id"]}))["order"]
    (fulfilment,) = shown["fulfilments"]
    details = {
        entry["happening"]: {one["key"]: one["value"] for one in entry["details"]}
        for entry in shown["timeline"]["nodes"]
    }
    assert details["LINES_ALLOCATED"]["reservation"] == fulfilment["reservation"]["id"]
    for happening in ("GOODS_PICKED", "PARCEL_PACKED", "PARCEL_SHIPPED"):
        assert details[happening]["fulfilment"] == fulfilment["id"], happening


async def test_a_quantity_that_is_too_large_is_refused_with_the_lines_global_id(
    order: Any, process: OrdersProcess
) -> None:
    line_id = order["lines"][0]["id"]
    input_ = {"lineId": line_id, "quantity": 5, "reason": "OTHER"}
    (error,) = (await process.does("orderLineCancel", input_))["userErrors"]
    params = {one["key"]: one["value"] for one in error["params"]}
    assert (error["code"], params["lineId"]) == ("QUANTITY_EXCEEDED", line_id)


@pytest.mark.parametrize(
    ("language", "message"),
    [("en", "There is nothing to do."), ("fr-FR", "Il n'y a rien à faire.")],
)
async def test_an_action_that_is_not_possible_is_refused_in_the_callers_words(
    language: str, message: str, order: Any, process: OrdersProcess
) -> None:
    input_ = {"fulfilmentId": order["fulfilments"][0]["id"]}
    caller = speaking(language)
    (error,) = (await process.does("fulfilmentShip", input_, caller=caller))["userErrors"]
    assert (error["code"], error["message"]) == ("ACTION_NOT_ALLOWED", message)


def speaking(language: str) -> Caller:
    return replace(a_caller(), language=language)
