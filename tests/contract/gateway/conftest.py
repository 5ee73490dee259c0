import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from starlette.types import ASGIApp

from gateway.transport.aiohttp_client import AiohttpClient
from gateway.transport.lean_client import LeanClient
from tests.support.saying import MakeClient
from tests.support.serving import Served

Serve = Callable[[str, ASGIApp], Awaitable[Served]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves apps over real HTTP until the test ends."""
    async with AsyncExitStack() as stack:

        async def start(name: str, app: ASGIApp) -> Served:
            served = Served(name, lambda: app)
            await served.start()
            stack.push_async_callback(served.stop)
            return served

        yield start


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the test's own."""
    async with aiohttp.ClientSession() as opened:
        yield opened


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again until something holds, for at most a minute."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110  # it is seen from outside only
            await asyncio.sleep(0.02)


async def until_ready(url: str, session: aiohttp.ClientSession) -> None:
    """Wait for a gateway to have something to serve."""

    async def is_ready() -> bool:
        async with session.get(f"{url}/health/ready") as response:
            return response.status == 200

    await eventually(is_ready)


@pytest.fixture(params=[AiohttpClient, LeanClient])
def client(request: pytest.FixtureRequest) -> MakeClient:
    """Either client."""
    made: MakeClient = request.param
    return made
