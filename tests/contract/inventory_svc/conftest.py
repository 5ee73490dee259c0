"""Inventory on a real MongoDB, a database per test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from inventory_svc.app import SERVICE, migrate
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.movement import Counters, fold
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.sourcing import NearestLocations
from inventory_svc.due_work import handlers
from inventory_svc.mongo.group_commits import GroupCommits
from inventory_svc.mongo.rules import MongoRules
from inventory_svc.mongo.stock_commits import CommitTools, StockTransactions
from inventory_svc.mongo.stock_reads import MongoStockReads
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.due_worker import DueWorker
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.storage.database import Database, Session, connect
from service_kit.storage.idempotency import MongoOutcomes
from tests.support.rules import NETWORK

MANY = 100_000


@dataclass(frozen=True, slots=True)
class Process:
    """The stock as one process of the service has it."""

    database: Database
    clock: SettableClock
    transactions: StockTransactions
    commits: GroupCommits
    reads: MongoStockReads
    due_worker: DueWorker

    async def position(self, key: PositionKey) -> Position:
        """Give a position as it is written; an unwritten one is empty."""
        return (await self.reads.positions([key])).get(key, Position(key))

    async def counters(self, key: PositionKey) -> Counters:
        """Give the counters of a position."""
        position = await self.position(key)
        return Counters(position.on_hand, position.allocated, position.reserved)

    async def folded(self, key: PositionKey) -> Counters:
        """Add up the ledger of a position."""
        return fold(await self.reads.movements(key, None, MANY))

    async def available(self, key: PositionKey) -> int:
        """Give what can be promised of a position now."""
        return (await self.position(key)).available(self.clock.now())


class OneNetwork:
    """A network that never changes."""

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        """Give that of the rules' tests."""
        return NETWORK

    async def current(self) -> NetworkDirectory:
        """Give it."""
        return await self.directory()

    async def as_seen(self, known: NetworkDirectory, _session: Session) -> NetworkDirectory:
        """Give what is known."""
        return known


def a_ruled_process(
    database: Database,
    clock: SettableClock,
    rules: MongoRules,
    network: OneNetwork | None = None,
) -> Process:
    """Join the stock of one more process that sells by rules."""
    return _joined(database, clock, pass_by, network or OneNetwork(), rules)


def a_joined_process(database: Database, clock: SettableClock, network: OneNetwork) -> Process:
    """Join the stock of one more process in a network of one's own."""
    return _joined(database, clock, pass_by, network)


def a_process(database: Database, clock: SettableClock, reached: Reached = pass_by) -> Process:
    """Join the stock of one more process on the same database."""
    return _joined(database, clock, reached)


def _joined(
    database: Database,
    clock: SettableClock,
    reached: Reached,
    network: OneNetwork | None = None,
    rules: MongoRules | None = None,
) -> Process:
    tools = CommitTools(
        database,
        MongoOutcomes(database, clock),
        Outbox(database, SERVICE, 4),
        DueWork(database, clock),
        clock,
        NearestLocations(),
        network,
        rules,
    )
    transactions = StockTransactions(tools, reached=reached)
    commits = GroupCommits(transactions)
    worker = DueWorker(database, clock, handlers(commits), "worker")
    return Process(database, clock, transactions, commits, MongoStockReads(database), worker)


OpenProcess = Callable[..., Awaitable[Process]]


@pytest.fixture
async def open_process(
    mongodb_url: str, database_name: str, clock: SettableClock
) -> AsyncIterator[OpenProcess]:
    """Open processes with connections of their own to this test's database."""
    opened: list[Database] = []

    async def open_one(reached: Reached = pass_by, **options: Any) -> Process:
        database = connect(mongodb_url, database_name, **options)
        opened.append(database)
        if len(opened) == 1:
            await migrate(database)
        return a_process(database, clock, reached)

    yield open_one
    for database in opened:
        await database.close()


@pytest.fixture
async def process(open_process: OpenProcess) -> Process:
    """Give one process."""
    return await open_process()
