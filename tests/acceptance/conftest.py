"""The whole system for acceptance tests: started once per test process, shared by all of them."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pymongo import MongoClient

from service_kit.runtime.clock import SettableClock
from tests.support.graph import GraphClient
from tests.support.pieces import Pieces
from tests.support.retailer import Retailer
from tests.support.ruling import Ruling
from tests.support.stack import Stack
from tests.support.visiting import NINE, Visiting

OwnSystem = Callable[..., AbstractAsyncContextManager[Retailer]]
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def stack(
    mongodb_url: str,
    mongodb_client: MongoClient[dict[str, Any]],
    session_redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """Inventory, orders and the gateway, with databases and keys of their own."""
    databases = f"stack_{uuid.uuid4().hex[:12]}"
    folder = tmp_path_factory.mktemp("stack")
    clock = SettableClock(MONDAY)
    stack = Stack(mongodb_url, session_redis_url, databases, folder, clock)
    try:
        stack.start()
        yield stack
    finally:
        stack.close()
        for name in mongodb_client.list_database_names():
            if name.startswith(databases):
                mongodb_client.drop_database(name)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections of the test's own."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture
def graph(stack: Stack, session: aiohttp.ClientSession) -> GraphClient:
    """The public graph."""
    return GraphClient(session, stack.graphql_url(), stack.user_token)


@pytest.fixture
def retailer(graph: GraphClient) -> Retailer:
    """A retailer whose codes no other test uses."""
    return Retailer(graph, uuid.uuid4().hex[:8])


@pytest.fixture
def pieces(retailer: Retailer) -> Pieces:
    """That retailer's pieces with serial numbers."""
    return Pieces(retailer)


@pytest.fixture
def ruling(retailer: Retailer) -> Ruling:
    """That retailer, making rules of the stock."""
    return Ruling(retailer)


@pytest.fixture
async def timed(own_system: OwnSystem) -> AsyncIterator[Ruling]:
    """A retailer who makes rules of the stock, on a system with a clock of its own."""
    clock = SettableClock(MONDAY)
    async with own_system(clock) as retailer:
        yield Ruling(retailer, clock)


@pytest.fixture
async def pro_rata(own_system: OwnSystem, clock: SettableClock) -> AsyncIterator[Retailer]:
    """A retailer whose tenders are used pro rata, with a system of its own."""
    async with own_system(clock, tender_rule="PRO_RATA") as retailer:
        yield retailer


@pytest.fixture
async def visiting(own_system: OwnSystem) -> AsyncIterator[Visiting]:
    """A retailer with a shop, an advisor and a customer, on a system with a clock of its own."""
    clock = SettableClock(NINE)
    async with own_system(clock) as retailer:
        visiting = Visiting(retailer, clock)
        await visiting.opens("S1")
        await visiting.has_advisors("S1", "ANN")
        await retailer.knows("ADA")
        yield visiting


@pytest.fixture
def own_system(
    mongodb_url: str, mongodb_client: MongoClient[dict[str, Any]], redis_url: str, tmp_path: Path
) -> OwnSystem:
    """A system for one test alone, with rules and a clock as it says."""

    @asynccontextmanager
    async def started(clock: SettableClock, **rules: str) -> AsyncIterator[Retailer]:
        databases = f"own_{uuid.uuid4().hex[:12]}"
        stack = Stack(mongodb_url, redis_url, databases, tmp_path, clock, composes=False, **rules)
        try:
            stack.start()
            async with aiohttp.ClientSession() as session:
                graph = GraphClient(session, stack.graphql_url(), stack.user_token)
                yield Retailer(graph, uuid.uuid4().hex[:8])
        finally:
            stack.close()
            for name in mongodb_client.list_database_names():
                if name.startswith(databases):
                    mongodb_client.drop_database(name)

    return started
