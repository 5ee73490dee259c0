"""Turns at a crowded position: in order, and not held up by the dead."""

import asyncio
from datetime import timedelta

from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.turns import Turns
from service_kit.storage.database import Document
from tests.contract.inventory_svc.conftest import Process
from tests.support import stock as build


async def test_turns_come_one_at_a_time_in_the_order_of_the_tickets(process: Process) -> None:
    turns = [Turns(process.database, timedelta(minutes=1)) for _ in range(5)]
    order: list[int] = []
    inside = 0

    async def work(number: int) -> None:
        nonlocal inside
        async with turns[number].turn("hot"):
            inside += 1
            assert inside == 1
            order.append(number)
            await process.database.ping()
            inside -= 1

    async with turns[0].turn("hot"):
        waiting = []
        for number in range(1, 5):
            waiting.append(asyncio.create_task(work(number)))
            while (await turn_at(turns[0], "hot"))["drawn"] <= number:
                await process.database.ping()
        assert order == []
    await asyncio.gather(*waiting)

    assert order == [1, 2, 3, 4]


async def test_a_turn_that_is_never_passed_on_is_skipped(process: Process) -> None:
    dead, alive = (Turns(process.database, timedelta(milliseconds=1)) for _ in range(2))
    await dead._draw("hot")

    async with alive.turn("hot"):
        served = (await turn_at(alive, "hot"))["serving"]

    assert served == 2


async def test_who_met_others_takes_turns_there_and_nowhere_else(process: Process) -> None:
    turns = Turns(process.database)
    assert turns.crowded(["cold", "hot"]) is None

    turns.met_others("hot")

    assert turns.crowded(["cold", "hot"]) == "hot"
    assert turns.crowded(["cold"]) is None


async def test_a_commit_at_a_crowded_position_takes_its_turn(process: Process) -> None:
    position = PositionKey("a", "S1")
    process.transactions._turns.met_others(position.identifier)

    await process.commits.submit(build.a_count(position, 9))
    await process.commits.submit(build.an_allocation(("a", 1), among=("S1",)))

    turn = await turn_at(process.transactions._turns, position.identifier)
    assert (turn["drawn"], turn["serving"]) == (2, 3)
    assert await process.counters(position) == (9, 1, 0)


async def turn_at(turns: Turns, key: str) -> Document:
    found = await turns._turns.find_one({"_id": key})
    assert found is not None
    return found
