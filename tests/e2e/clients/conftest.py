"""Inventory and orders, and before them a gateway that is a process of its own."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pymongo import MongoClient

from retail_kit.roles import Role
from service_kit.runtime.clock import SettableClock, SystemClock
from tests.support.cable import Cable, cable_to
from tests.support.gateway_process import GatewayProcess
from tests.support.graph import GraphClient
from tests.support.retailer import Retailer
from tests.support.stack import Stack


@pytest.fixture(scope="session")
def services(
    mongodb_url: str,
    mongodb_client: MongoClient[dict[str, Any]],
    session_redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """The services, started once per test process."""
    databases = f"clients_{uuid.uuid4().hex[:12]}"
    clock = SettableClock(SystemClock().now())
    stack = Stack(
        mongodb_url, session_redis_url, databases, tmp_path_factory.mktemp("clients"), clock
    )
    try:
        stack.start_services()
        yield stack
    finally:
        stack.close()
        for name in mongodb_client.list_database_names():
            if name.startswith(databases):
                mongodb_client.drop_database(name)


@pytest.fixture(scope="session")
def gateway_process(
    services: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    """The gateway's process, which a test may end as long as it starts it again."""
    log = tmp_path_factory.mktemp("gateway") / "log"
    gateway = GatewayProcess(services.gateway_environment(), log)
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture
async def gateway(gateway_process: GatewayProcess) -> AsyncIterator[GatewayProcess]:
    """The gateway, ready; whoever listened in the test has gone when it ends."""
    await gateway_process.until_ready()
    yield gateway_process
    await gateway_process.until_listeners(0)


@pytest.fixture
async def cable(gateway: GatewayProcess) -> AsyncIterator[Cable]:
    """A cable to the gateway."""
    async with cable_to(gateway.port) as cable:
        yield cable


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections of the test's own."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def retailer(
    gateway: GatewayProcess, services: Stack, session: aiohttp.ClientSession
) -> Retailer:
    """A retailer whose codes no other test uses, with a warehouse that has five shirts."""
    graph = GraphClient(session, gateway.graphql_url, services.user_token)
    retailer = Retailer(graph, uuid.uuid4().hex[:8])
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=5)
    return retailer


@pytest.fixture
def token(services: Stack) -> str:
    """The token of an operator, which lasts."""
    return services.user_token(Role.OPERATOR)


@pytest.fixture
def short_token(services: Stack) -> Callable[[int], str]:
    """Makes tokens of an operator that expire in so many seconds."""

    def make(seconds: int) -> str:
        expires = SystemClock().now() + timedelta(seconds=seconds)
        return services.user_token(Role.OPERATOR, expires=expires)

    return make
