"""Pages that are asked for beside what is measured are answers too: a wrong one ends the bench."""

import asyncio

import pytest

from bench.inventory.meanwhile import MOST_UNANSWERED, asked_meanwhile
from bench.load import WrongAnswer

SOON = 1_000_000


async def test_pages_are_asked_for_until_the_rest_is_done() -> None:
    asked = asyncio.Semaphore(0)

    async def send() -> None:
        asked.release()

    async with asked_meanwhile(send, SOON) as latencies:
        for _ in range(3):
            await asked.acquire()

    assert len(latencies) >= 2


async def test_no_more_is_asked_for_while_too_much_is_unanswered() -> None:
    asked, answer, unanswered = asyncio.Semaphore(0), asyncio.Event(), set[object]()

    async def send() -> None:
        unanswered.add(asyncio.current_task())
        asked.release()
        await answer.wait()

    async with asked_meanwhile(send, SOON) as latencies:
        for _ in range(MOST_UNANSWERED):
            await asked.acquire()
        for _ in range(1_000):
            await asyncio.sleep(0)
        assert len(unanswered) == MOST_UNANSWERED
        answer.set()
        for _ in range(MOST_UNANSWERED):
            await asked.acquire()

    assert len(latencies) >= MOST_UNANSWERED


async def test_one_wrong_answer_is_not_passed_over() -> None:
    async def send() -> None:
        raise WrongAnswer("7 of 8 units")

    async def meanwhile() -> None:
        async with asked_meanwhile(send, SOON):
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})

    with pytest.raises(ExceptionGroup) as wrong:
        await meanwhile()

    assert wrong.group_contains(WrongAnswer)
