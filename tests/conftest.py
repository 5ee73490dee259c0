"""Fixtures for every test: real servers shared by the run, a database of one's own, a clock."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import pytest
import redis
import structlog
from hypothesis import settings
from pymongo import MongoClient

from service_kit.runtime.clock import SettableClock
from tests.support.capability_results import CapabilityResults
from tests.support.servers import ServersOfTheRun, url_of

SERVERS = pytest.StashKey[ServersOfTheRun]()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, where the settable clock begins."""


def pytest_configure(config: pytest.Config) -> None:
    """Open the address at which tests ask for servers; no server starts yet."""
    config.pluginmanager.register(CapabilityResults(config))
    _log_plainly()
    settings.register_profile("tutti", deadline=None)  # on a busy machine an example takes longer
    settings.load_profile("tutti")
    if not hasattr(config, "workerinput"):
        given = {"mongodb": os.environ.get("MONGODB_URL"), "redis": os.environ.get("REDIS_URL")}
        config.stash[SERVERS] = ServersOfTheRun({name: url for name, url in given.items() if url})


def _log_plainly() -> None:
    """Show errors without local variables, since drawing those takes a second each.

    What servers log goes to `logging`: printed, it would stand in what a command under test prints.
    """
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[structlog.processors.add_log_level, plain],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that may take longest, so that no worker is left alone with one."""
    items.sort(key=_patience, reverse=True)


def _patience(item: pytest.Item) -> float:
    """Give the seconds that a long test says it may take; nothing for the others."""
    stated = item.get_closest_marker("timeout") if item.get_closest_marker("long") else None
    return stated.args[0] if stated else 0


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers of the run."""
    servers = config.stash.get(SERVERS, None)
    if servers is not None:
        servers.close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where to ask for servers."""
    node.workerinput["servers"] = node.config.stash[SERVERS].address


@pytest.fixture(scope="session")
def servers_address(pytestconfig: pytest.Config) -> str:
    """Where this process asks for servers."""
    workerinput = getattr(pytestconfig, "workerinput", None)
    return str(workerinput["servers"]) if workerinput else pytestconfig.stash[SERVERS].address


@pytest.fixture(scope="session")
def mongodb_url(servers_address: str) -> str:
    """The address of the one MongoDB of this run, a replica set."""
    return url_of("mongodb", servers_address)


@pytest.fixture(scope="session")
def mongodb_client(mongodb_url: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """A plain blocking client, for tests that look at documents behind the product's back."""
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        yield client


@pytest.fixture
def database_name(mongodb_client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """A database name for this test alone; it and all that begin with it are dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield name
    mine = {"name": {"$regex": f"^{name}"}}
    for found in mongodb_client.list_databases(filter=mine, nameOnly=True):
        mongodb_client.drop_database(found["name"])


@pytest.fixture(scope="session")
def redis_share(servers_address: str, pytestconfig: pytest.Config) -> list[str]:
    """The addresses of this worker's share of the logical databases of the run's one Valkey."""
    url = url_of("redis", servers_address)
    workerinput = getattr(pytestconfig, "workerinput", {"workerid": "gw0", "workercount": 1})
    with redis.Redis.from_url(url, decode_responses=True) as client:
        databases = int(client.config_get("databases")["databases"])
    share = databases // int(workerinput["workercount"])
    first = share * int(workerinput["workerid"].removeprefix("gw"))
    return [f"{url.rsplit('/', 1)[0]}/{number}" for number in range(first, first + share)]


@pytest.fixture(scope="session")
def session_redis_url(redis_share: list[str]) -> str:
    """The address of a logical database for what lives as long as this worker."""
    return redis_share[-1]


@pytest.fixture(scope="session")
def redis_databases(redis_share: list[str]) -> Iterator[str]:
    """The addresses of the logical databases that this worker hands out, one per test, in turn."""
    return cycle(redis_share[:-1])


@pytest.fixture
def redis_url(redis_databases: Iterator[str]) -> Iterator[str]:
    """The address of an empty logical database of the run's one Valkey, for this test alone."""
    url = next(redis_databases)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture
def clock() -> SettableClock:
    """A clock that moves only when told to."""
    return SettableClock(START)
