from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from gateway.settings import Settings
from service_kit.identity.keys import public_jwks
from service_kit.messaging.bus import Bus
from tests.support.live import Log, Socket, connected
from tests.support.live_gateway import USER_KEY, Serve, World, user_token


@pytest.fixture
async def log(redis_url: str) -> AsyncIterator[Log]:
    bus = Bus(redis_url)
    log = Log(bus)
    await log.say()
    yield log
    await bus.close()


@pytest.fixture
async def world(
    serve: Serve, session: aiohttp.ClientSession, log: Log, redis_url: str, tmp_path: Path
) -> World:
    users = tmp_path / "users.json"
    users.write_bytes(orjson.dumps(public_jwks([USER_KEY])))
    settings = Settings(
        redis_url=redis_url,
        user_jwks_file=users,
        user_issuer="issuer",
        user_audience="graph",
        development=True,
        refresh=timedelta(milliseconds=20),
    )
    world = World(serve, log, settings)
    await world.start(session)
    return world


@pytest.fixture
async def opened(world: World, session: aiohttp.ClientSession) -> AsyncIterator[Any]:
    """Opens initialised sockets of users."""
    async with AsyncExitStack() as stack:

        async def open_as(*roles: str, grants: tuple[str, ...] = (), url: str = "") -> Socket:
            socket = await stack.enter_async_context(connected(session, url or world.url))
            await socket.begin({"Authorization": f"Bearer {user_token(roles, grants)}"})
            return socket

        yield open_as
