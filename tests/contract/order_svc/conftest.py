"""Orders on a real MongoDB, a database per test, with an inventory in memory.

Collections come into being with their first document, without indexes: making them all is most of
the time that a test takes, and correctness rests on none.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.storage.database import Database, connect
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_process

OpenProcess = Callable[..., Awaitable[OrdersProcess]]


@pytest.fixture
def inventory() -> FakeInventory:
    """An inventory in memory, shared by the test's processes; empty at first."""
    return FakeInventory()


@pytest.fixture
async def open_process(
    mongodb_url: str, database_name: str, clock: SettableClock, inventory: FakeInventory
) -> AsyncIterator[OpenProcess]:
    """Open processes with connections of their own to this test's database."""
    opened: list[Database] = []
    bus = Bus("redis://127.0.0.1:1/0")

    async def open_one(reached: Reached = pass_by) -> OrdersProcess:
        database = connect(mongodb_url, database_name)
        opened.append(database)
        return a_process(database, bus, inventory, clock, reached)

    yield open_one
    await bus.close()
    for database in opened:
        await database.close()


@pytest.fixture
async def process(open_process: OpenProcess) -> OrdersProcess:
    """One process."""
    return await open_process()
