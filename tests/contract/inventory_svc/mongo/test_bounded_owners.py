"""Many reservations of one customer at once, on several processes: no more than is allowed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.rights import OF_CUSTOMERS
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import ITEMS
from inventory_svc.mongo.reference_documents import item_to_document
from retail_kit.quantities import Unit
from tests.contract.inventory_svc.conftest import OpenProcess
from tests.support import stock as build

SKUS = [f"sku-{number}" for number in range(24)]
"""No two reservations are of the same item: no position tells of the others."""


ALLOWED = OF_CUSTOMERS.measured[Unit.MILLIMETRE]


@pytest.mark.parametrize(
    ("unit", "quantity", "made"),
    [
        (Unit.PIECE, 3, OF_CUSTOMERS.in_all // 3),
        (Unit.MILLIMETRE, ALLOWED // 4, 4),
        (Unit.MILLIMETRE, 1, OF_CUSTOMERS.in_all),
    ],
)
async def test_of_24_reservations_at_once_as_many_are_made_as_the_allowance_holds(
    open_process: OpenProcess, unit: Unit, quantity: int, made: int
) -> None:
    processes = [await open_process() for _ in range(4)]
    ends = processes[0].clock.now() + timedelta(days=1)
    items = processes[0].database.collection(ITEMS.name)
    await items.insert_many([item_to_document(Item(sku, sku, unit=unit)) for sku in SKUS])
    for sku in SKUS:
        await processes[0].commits.submit(build.a_count(PositionKey(sku, "S1"), quantity))

    def a_hold(sku: str) -> ReserveStock:
        hold = build.an_allocation((sku, quantity), among=("S1",))
        return replace(hold, owner="ann", expires_at=ends, order_id=None, allowance=OF_CUSTOMERS)

    decided = await asyncio.gather(
        *(processes[at % 4].commits.submit(a_hold(sku)) for at, sku in enumerate(SKUS))
    )

    assert sum(not each.outcome.refusals for each in decided) == made
    told = {refusal.code for each in decided for refusal in each.outcome.refusals}
    assert told == {"TOO_MANY_KEPT"}

    processes[0].clock.advance(timedelta(days=1))
    again = replace(a_hold(SKUS[0]), expires_at=ends + timedelta(days=1))
    assert not (await processes[0].commits.submit(again)).outcome.refusals
