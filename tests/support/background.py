"""Tasks that run while a test does something else, and have ended when it goes on."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the work until the block ends, within a minute; a failure of the work fails the test."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        async with asyncio.timeout(60):
            yield
    finally:
        for task in tasks:
            task.cancel()
        endings = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(ending, asyncio.CancelledError) for ending in endings), endings
