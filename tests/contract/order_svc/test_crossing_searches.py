"""Two searches for units of one line, of which one ends late: after a crash, or begun twice."""

from typing import Any

import pytest

from order_svc.domain import crash_points
from order_svc.domain.errands import SOURCE
from order_svc.domain.orders.allocation import Allocation
from order_svc.ports import AllocationRequest
from service_kit.messaging import due_worker
from service_kit.runtime.crash_points import Crashed
from tests.contract.order_svc.conftest import OpenProcess
from tests.contract.order_svc.test_crash_points import DyingAt
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_wish


async def a_split_order(process: OrdersProcess, inventory: FakeInventory) -> Any:
    """Place one line of two units, one at W1 and one at S1; after that there is one at S3."""
    for location in ("W1", "S1"):
        inventory.give("A", location, 1)
    order = (await process.does("orderPlace", a_wish("A", quantity=2)))["order"]
    inventory.give("A", "S3", 1)
    return order


async def misses(process: OrdersProcess, order: Any, place: int) -> None:
    """Find nothing where the order has one of its units."""
    fulfilment, line = order["fulfilments"][place]["id"], order["lines"][0]["id"]
    short = {"lineId": line, "picked": 0, "short": 1, "reason": "NOT_FOUND"}
    given = {"idempotencyKey": f"short-{place}", "fulfilmentId": fulfilment}
    await process.moves("fulfilmentPick", **given, lines=[short])


async def cancels_one(process: OrdersProcess, order: Any) -> None:
    line = order["lines"][0]["id"]
    await process.moves("orderLineCancel", lineId=line, quantity=1, reason="OTHER")


async def searches(process: OrdersProcess) -> list[str]:
    """Give the searches that have not ended, in the order in which they were asked for."""
    found = await process.database.collection("due_work").find({"kind": SOURCE}, sort=[("_id", 1)])
    return [item["_id"] for item in found]


async def states(process: OrdersProcess, order: Any) -> tuple[dict[str, int], list[Any]]:
    """Give the units by state and the fulfilments, once nothing is left to do."""
    await process.claims_run_out()
    while await process.works():
        pass
    assert await process.database.collection("due_work").count({}) == 0
    order = await process.order(order["id"])
    places = [(one["locationCode"], one["state"]) for one in order["fulfilments"]]
    return {part["state"]: part["quantity"] for part in order["lines"][0]["slices"]}, places


@pytest.mark.parametrize("point", [crash_points.STOCK_MOVED, *due_worker.CRASH_POINTS])
async def test_a_find_that_is_written_down_late_is_for_whoever_found_nothing_wherever_it_died(
    point: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    healthy = await open_process()
    order = await a_split_order(healthy, inventory)
    for place in (0, 1):
        process = await open_process(DyingAt(crash_points.CHANGE_SAVED))
        with pytest.raises(Crashed):
            await misses(process, order, place)
    await cancels_one(healthy, order)
    first, second = await searches(healthy)
    inventory.mute = 1
    assert not await healthy.parts.around.errands.run_now(first)
    assert await healthy.parts.around.errands.run_now(second)
    order = await healthy.order(order["id"])
    assert [part["state"] for part in order["lines"][0]["slices"]] == ["UNFILLABLE", "CANCELLED"]

    process = await open_process(DyingAt(point))
    with pytest.raises(Crashed):
        await process.parts.around.errands.run_now(first)

    units, places = await states(healthy, order)
    assert units == {"ALLOCATED": 1, "CANCELLED": 1}
    assert places == [("S1", "SHORT"), ("W1", "SHORT"), ("S3", "ASSIGNED")]
    assert inventory.available("A") == 0


async def test_a_search_that_two_have_begun_takes_nothing_up_that_the_first_has_given_back(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    slow, other = await open_process(), await open_process()
    order = await a_split_order(slow, inventory)
    process = await open_process(DyingAt(crash_points.CHANGE_SAVED))
    with pytest.raises(Crashed):
        await misses(process, order, 0)
    await cancels_one(slow, order)
    (search,) = await searches(slow)
    answering = inventory.allocate

    async def late(request: AllocationRequest) -> Allocation:
        inventory.allocate = answering  # type: ignore[method-assign]
        await other.claims_run_out()
        assert await other.parts.around.errands.run_now(search)
        assert inventory.available("A") == 1
        inventory.give("A", "S3", 0)
        await misses(other, order, 1)
        return await answering(request)

    inventory.allocate = late  # type: ignore[method-assign]
    await slow.parts.around.errands.run_now(search)

    units, places = await states(other, order)
    assert units == {"UNFILLABLE": 1, "CANCELLED": 1}
    assert places == [("S1", "SHORT"), ("W1", "SHORT")]
