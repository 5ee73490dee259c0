"""What is kept for somebody while the network changes: the network of the commit decides."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.domain.stock.scope import Scope
from inventory_svc.mongo import network
from retail_kit.roles import Role
from tests.contract.inventory_svc.api.conftest import CHANNELS, LOCATIONS, Subgraph
from tests.support.stock import a_request

Json = Any

STATUS = "results { status }"
RESERVATION = "reservation { lines { location { code } } } userErrors { code path }"
LINE = {"lineId": "1", "sku": "shirt", "quantity": 1}
ORDER = {"channel": "web", "destination": {"country": "FR", "postcode": "69800"}, "lines": [LINE]}
WAREHOUSE = LOCATIONS[0]
WEB: Json = CHANNELS[0]
ROUNDS = 4
BUYERS = 4
ORDERS_A_ROUND = 6
_orders = count()


@pytest.fixture
async def stocked(shop: Subgraph) -> Subgraph:
    """Give a process with a thousand shirts in the warehouse and a thousand in a shop."""
    lines = [{"sku": "shirt", "locationCode": at, "quantity": 1000} for at in ("W1", "S2")]
    await shop.mutate("stockImport", STATUS, {"mode": "DELTA", "lines": lines})
    return shop


@pytest.fixture
def long_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every process go by the network that it knows for as long as it may."""
    monkeypatch.setattr(network, "CONFIRMED_FOR_SECONDS", 3600.0)


def sources(payload: Json) -> list[str]:
    assert payload["userErrors"] == []
    return [line["location"]["code"] for line in payload["reservation"]["lines"]]


async def ordered_from(process: Subgraph) -> list[str]:
    wish = {"orderId": f"order-{next(_orders)}", **ORDER}
    return sources(await process.serve("reservationAllocate", RESERVATION, wish))


async def kept(process: Subgraph, wish: Mapping[str, Json]) -> Json:
    return await process.mutate("reservationCreate", RESERVATION, wish, Role.CUSTOMER)


async def tell(process: Subgraph, mutation: str, **line: Json) -> None:
    told = await process.mutate(mutation, STATUS, {"lines": [line]})
    assert told["results"] == [{"status": "APPLIED"}]


CHANGES: Mapping[str, tuple[str, Mapping[str, Json]]] = {
    "closed": ("locationsImport", {**WAREHOUSE, "active": False}),
    "without delivery": ("locationsImport", {**WAREHOUSE, "abilities": ["COLLECT"]}),
    "off the channel": ("channelsImport", {**WEB, "excludedLocations": ["W1"]}),
}


@pytest.mark.usefixtures("long_memory")
@pytest.mark.parametrize("change", CHANGES)
async def test_what_another_process_took_out_of_the_network_is_not_sold_from(
    stocked: Subgraph, other_process: Subgraph, change: str
) -> None:
    assert await ordered_from(stocked) == ["W1"]
    mutation, line = CHANGES[change]

    await tell(other_process, mutation, **line)

    assert await ordered_from(stocked) == ["S2"]


@pytest.mark.usefixtures("long_memory")
async def test_a_location_that_is_named_and_closed_elsewhere_is_refused_under_its_key_for_good(
    stocked: Subgraph, other_process: Subgraph
) -> None:
    wish = {"kind": "CART", "channel": "web", "locationCode": "W1", "lines": [LINE]}
    assert sources(await kept(stocked, wish)) == ["W1"]
    await tell(other_process, "locationsImport", **{**WAREHOUSE, "active": False})

    named = {**wish, "idempotencyKey": "late"}
    refused = await kept(stocked, named)

    assert refused["reservation"] is None
    expected = {"code": "LOCATION_NOT_SELLING", "path": ["input", "locationCode"]}
    assert refused["userErrors"] == [expected]
    await tell(other_process, "locationsImport", **WAREHOUSE)
    assert await kept(stocked, named) == refused


async def test_a_command_that_waited_while_the_network_changed_is_decided_by_the_new_one(
    stocked: Subgraph, other_process: Subgraph
) -> None:
    directory = await stocked.parts.inventory.network.current()
    scope, request = Scope("web"), a_request()
    waiting = ReserveStock(
        request=request,
        actor="order_svc",
        reservation_id=request.key,
        kind=ReservationKind.ORDER,
        lines=(WantedLine("1", "shirt", 1),),
        candidates=("W1", "S2"),
        owner="order_svc",
        channel="web",
        scope=scope,
        network_version=directory.version,
    )
    await tell(other_process, "locationsImport", **{**WAREHOUSE, "active": False})
    await stocked.parts.inventory.network.current()

    decided = await stocked.parts.commits.submit(waiting)

    assert decided.reservation is not None
    assert [peg.position.location for peg in decided.reservation.pegs] == ["S2"]


async def test_orders_in_flight_while_a_location_closes_and_opens_obey_what_they_began_after(
    stocked: Subgraph, other_process: Subgraph
) -> None:
    """Whoever began and ended within one state of the network was served by that state."""
    processes = (stocked, other_process)
    asked, answered = [True], [True]
    served: list[tuple[bool, list[str]]] = []

    async def buy(process: Subgraph, orders: int) -> None:
        for _ in range(orders):
            active, known = answered[-1], (len(answered), len(answered))
            came_from = await ordered_from(process)
            if (len(asked), len(answered)) == known:
                served.append((active, came_from))

    async def change(process: Subgraph) -> None:
        asked.append(not asked[-1])
        await tell(process, "locationsImport", **{**WAREHOUSE, "active": asked[-1]})
        answered.append(asked[-1])

    for at in range(ROUNDS):
        buyers = (buy(processes[number % 2], ORDERS_A_ROUND) for number in range(BUYERS))
        await asyncio.gather(change(processes[at // 2 % 2]), *buyers)
        await asyncio.gather(*(buy(process, 1) for process in processes))

    assert {active for active, _ in served} == {True, False}
    assert [each for each in served if each[1] != (["W1"] if each[0] else ["S2"])] == []


async def test_orders_are_served_while_the_network_changes_all_the_time(
    stocked: Subgraph, other_process: Subgraph
) -> None:
    async def buy() -> list[list[str]]:
        return [await ordered_from(stocked) for _ in range(ROUNDS * ORDERS_A_ROUND)]

    buyers = [asyncio.create_task(buy()) for _ in range(BUYERS)]
    numbers = count()
    while not all(buyer.done() for buyer in buyers):
        name = f"No. {next(numbers)}"
        await tell(other_process, "locationsImport", **{**WAREHOUSE, "name": name})

    served = [came_from for buyer in buyers for came_from in buyer.result()]
    assert served == [["W1"]] * len(served)
