"""Pages that are asked for while something else is measured."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.load import Send

MOST_UNANSWERED = 4
"""Whoever waits for so many pages asks for no other: a page that nobody can answer in time would
otherwise make the next ones wait longer and longer."""


@asynccontextmanager
async def asked_meanwhile(send: Send, a_second: int) -> AsyncIterator[list[float]]:
    """Ask so many times a second, if answers come; gives how long each took, in seconds.

    Raises WrongAnswer at the end if one was wrong.
    """
    latencies, turns = list[float](), asyncio.Semaphore(MOST_UNANSWERED)

    async def ask() -> None:
        async with turns:
            began = time.perf_counter()
            await send()
            latencies.append(time.perf_counter() - began)

    async def arrive() -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                if not turns.locked():
                    group.create_task(ask())
                await asyncio.sleep(1 / a_second)

    arriving = asyncio.create_task(arrive())
    try:
        yield latencies
        if arriving.done():
            await arriving  # a page was answered wrongly, or not at all
    finally:
        arriving.cancel()
        await asyncio.gather(arriving, return_exceptions=True)
