"""Pages that are asked for while something else is measured."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.load import Send


@asynccontextmanager
async def asked_meanwhile(send: Send, a_second: int) -> AsyncIterator[list[float]]:
    """Ask so many times a second; gives how long each answer took, in seconds.

    Raises WrongAnswer at the end if one was wrong.
    """
    latencies = list[float]()

    async def ask() -> None:
        began = time.perf_counter()
        await send()
        latencies.append(time.perf_counter() - began)

    async def arrive() -> None:
        async with asyncio.TaskGroup() as group:
            while True:
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
