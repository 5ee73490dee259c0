"""A process tells its commits and does its due work while it lives, and closes what it opened."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import orjson
import pytest
from starlette.applications import Starlette

from service_kit.graphql.context import SubgraphContext
from service_kit.graphql.subgraph import Lifespan
from service_kit.identity.keys import TrustedKeys
from service_kit.messaging.bus import Bus
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.due_worker import DueWorkSettings
from service_kit.messaging.envelope import EntityRef, Event, stream_name
from service_kit.messaging.relay import RelaySettings
from service_kit.messaging.transactions import COMMIT_COLLECTIONS, Transaction, Transactions
from service_kit.runtime.clock import SettableClock
from service_kit.service.app import lifespan_of, service_app
from service_kit.service.foundation import Foundation
from service_kit.service.machinery import Machinery, machinery_of, storage_of
from service_kit.storage.database import Database, connect
from service_kit.storage.indexes import ensure_indexes
from tests.support.asgi import ask
from tests.support.library import library_schema

HOUR = timedelta(hours=1)
"""Nobody looks by themselves for as long as that."""


class Bells(Transaction):
    """Hangs bells, each to be rung at once."""

    async def hang(self, name: str, clock: SettableClock) -> None:
        now = clock.now()
        await self._schedule(DueItem(name, "ring", now - timedelta(seconds=1), {}))
        bell = EntityRef("Bell", name)
        await self.publish([Event(f"{name}-1", "bellHung", bell, 1, now, "user:7")])


@dataclass
class Tower:
    """A process of a service, with what was rung and what was closed."""

    foundation: Foundation
    rung: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    closed: list[str] = field(default_factory=list)
    is_stuck: bool = False

    def machinery(self) -> Machinery:
        storage, handlers = storage_of(self.foundation), {"ring": self._ring}
        return machinery_of(self.foundation, storage, handlers, DueWorkSettings(poll=HOUR))

    def lifespan(self, machinery: Machinery) -> Lifespan:
        return lifespan_of(
            self.foundation, machinery, self._migrate, self._close_ropes, self._close_doors
        )

    async def _ring(self, item: DueItem) -> None:
        await self.rung.put(item.identifier)

    async def _migrate(self, database: Database) -> None:
        await ensure_indexes(database, COMMIT_COLLECTIONS)

    async def _close_ropes(self) -> None:
        await self.foundation.database.ping()
        self.closed.append("ropes")

    async def _close_doors(self) -> None:
        self.closed.append("doors")
        if self.is_stuck:
            raise OSError("The doors are stuck.")


class UnbuiltTower(Tower):
    """A process that cannot make its indexes."""

    async def _migrate(self, database: Database) -> None:
        del database
        raise RuntimeError("There are no stones.")


@pytest.fixture
async def foundation(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock
) -> AsyncIterator[Foundation]:
    database, bus = connect(mongodb_url, database_name), Bus(redis_url)
    relay = RelaySettings(poll=HOUR)
    yield Foundation(
        database_name, database, bus, TrustedKeys({}), clock, partitions=1, relay=relay
    )
    await bus.close()
    await database.close()


async def is_closed(database: Database) -> bool:
    try:
        await database.ping()
    except Exception as error:  # noqa: BLE001  # the driver's own, told by its words
        return "after close" in str(error)
    return False


async def test_a_commit_is_told_and_its_due_work_done_while_the_process_lives(
    foundation: Foundation, redis_url: str, clock: SettableClock
) -> None:
    tower = Tower(foundation)
    machinery = tower.machinery()
    stream, reader = stream_name(foundation.name, 0), Bus(redis_url)
    app = service_app(
        foundation,
        machinery,
        library_schema(),
        lambda caller: SubgraphContext(caller, clock),
        tower.lifespan(machinery),
    )

    async with asyncio.timeout(60), app.router.lifespan_context(app):
        bells = Transactions(machinery.storage, Bells)
        for told, name in enumerate(("great", "small")):  # the second finds everybody asleep
            await bells.run(partial(Bells.hang, name=name, clock=clock))
            assert await tower.rung.get() == name
            (entry,) = await reader.read({stream: told}, block=30_000)
            assert orjson.loads(entry.payload)["entity"]["id"] == name
        ready = await ask(app, "/health/ready")
        unsigned = await ask(app, "/graphql", method="POST", body=[b"{}"])

    await reader.close()
    assert (ready.status, unsigned.status) == (200, 401)


async def test_everything_is_closed_in_its_order_whichever_of_it_fails(
    foundation: Foundation,
) -> None:
    tower = Tower(foundation, is_stuck=True)
    with pytest.raises(OSError, match="stuck"):
        async with tower.lifespan(tower.machinery())(Starlette()):
            assert tower.closed == []
    assert tower.closed == ["ropes", "doors"]
    assert await is_closed(foundation.database)


async def test_a_process_that_cannot_begin_closes_what_it_opened(foundation: Foundation) -> None:
    tower = UnbuiltTower(foundation)
    with pytest.raises(RuntimeError, match="no stones"):
        async with tower.lifespan(tower.machinery())(Starlette()):
            pytest.fail("It lives.")
    assert tower.closed == ["ropes", "doors"]
    assert await is_closed(foundation.database)
