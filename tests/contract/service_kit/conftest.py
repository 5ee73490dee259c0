"""A database and a bus of one's own, on the real servers."""

from collections.abc import AsyncIterator

import pytest_asyncio

from service_kit.messaging.bus import Bus
from service_kit.storage.database import Database, connect


@pytest_asyncio.fixture
async def database(mongodb_url: str, database_name: str) -> AsyncIterator[Database]:
    """An empty database with a small pool."""
    database = connect(mongodb_url, database_name, pool_size=16)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def bus(redis_url: str, database_name: str) -> AsyncIterator[Bus]:
    """An empty bus; its name space keeps its notices apart from other tests'."""
    bus = Bus(redis_url, namespace=f"{database_name}:")
    yield bus
    await bus.close()
