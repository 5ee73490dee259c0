"""The log of stock, and what runs beside a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from service_kit.messaging.bus import Bus


@pytest.fixture
async def bus(redis_url: str, database_name: str) -> AsyncIterator[Bus]:
    """A bus of this test's own."""
    bus = Bus(redis_url, namespace=f"{database_name}:")
    yield bus
    await bus.close()


class Works:
    """What runs beside a test; it can be stopped alone."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Awaitable[None]) -> asyncio.Task[None]:
        """Start a work."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        return task

    async def stop(self, *tasks: asyncio.Task[None]) -> None:
        """Stop works, all if none is named; a failure of one fails the test."""
        for task in tasks or tuple(self._tasks):
            self._tasks.discard(task)
            task.cancel()
            ending = (await asyncio.gather(task, return_exceptions=True))[0]
            assert isinstance(ending, asyncio.CancelledError), ending


@pytest.fixture
async def works() -> AsyncIterator[Works]:
    """Give what runs beside the test until its end."""
    works = Works()
    yield works
    await works.stop()
