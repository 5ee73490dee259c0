"""A process that dies anywhere in a stock commit, or does not learn how it ended."""

import asyncio
from collections.abc import Callable

import pytest
from pymongo.errors import AutoReconnect

from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.stock_commits import CRASH_POINTS
from service_kit.commands.refusal import Refusal
from service_kit.runtime.crash_points import Crashed
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

S1 = PositionKey("shirt", "S1")


def dying_at(point: str) -> Callable[[str], None]:
    def reached(name: str) -> None:
        if name == point:
            raise Crashed

    return reached


def losing_the_connection_at(point: str, times: int) -> Callable[[str], None]:
    left = [times]

    def reached(name: str) -> None:
        if name == point and left[0]:
            left[0] -= 1
            raise AutoReconnect("the connection was lost")

    return reached


async def check_one_allocation(process: Process) -> None:
    assert await process.counters(S1) == (5, 2, 0)
    assert await process.folded(S1) == (5, 2, 0)
    assert await process.database.collection("reservations").count({}) == 1
    assert await process.database.collection("outcomes").count({}) == 2
    rows = await process.database.collection("outbox").find({})
    assert sum(len(row["events"]) for row in rows) == 1 + 2


async def test_every_crash_point_of_a_commit_is_passed(open_process: OpenProcess) -> None:
    passed: list[str] = []
    process = await open_process(passed.append)

    await process.commits.submit(build.a_count(S1, 5))

    assert tuple(passed) == CRASH_POINTS


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_crash_leaves_all_or_nothing_and_the_same_key_finishes(
    open_process: OpenProcess, point: str
) -> None:
    survivor = await open_process()
    await survivor.commits.submit(build.a_count(S1, 5))
    allocation = build.an_allocation(("shirt", 2))
    dying = await open_process(dying_at(point))

    with pytest.raises(Crashed):
        await dying.transactions.commit([allocation])

    committed = point == "stock_commit.committed"
    assert await survivor.counters(S1) == ((5, 2, 0) if committed else (5, 0, 0))
    assert await survivor.folded(S1) == await survivor.counters(S1)
    decided = await survivor.commits.submit(allocation)
    assert not decided.outcome.refusals
    await check_one_allocation(survivor)


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_lost_connection_is_tried_again_with_one_effect(
    open_process: OpenProcess, point: str
) -> None:
    process = await open_process()
    await process.commits.submit(build.a_count(S1, 5))
    unlucky = await open_process(losing_the_connection_at(point, times=2))
    allocation = build.an_allocation(("shirt", 2))

    first, again = await asyncio.gather(
        unlucky.commits.submit(allocation), unlucky.commits.submit(allocation)
    )

    assert first.outcome == again.outcome
    assert not first.outcome.refusals
    await check_one_allocation(process)


async def test_a_commit_that_cannot_be_made_is_unavailable_and_may_be_asked_again(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.commits.submit(build.a_count(S1, 5))
    unlucky = await open_process(losing_the_connection_at("stock_commit.all_written", times=99))
    allocation = build.an_allocation(("shirt", 2))

    with pytest.raises(Refusal) as refused:
        await unlucky.commits.submit(allocation)

    assert (refused.value.code, refused.value.retryable) == ("UNAVAILABLE", True)
    await process.commits.submit(allocation)
    await check_one_allocation(process)
