"""The library subgraph over real HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from service_kit.runtime.clock import SettableClock
from tests.support.library_app import Library
from tests.support.serving import Served


@pytest.fixture
async def library(clock: SettableClock) -> AsyncIterator[Library]:
    running = Library(clock, CollectorRegistry())
    server = Served("library", running.app)
    await server.start()
    running.url = server.url
    yield running
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened
