"""Apps that the tests serve themselves: same address after a restart, real requests."""

import asyncio
from collections.abc import Iterator
from itertools import count

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.support.serving import LoopThread, Served


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    loop = LoopThread("apps of a test")
    yield loop
    loop.close()


@pytest.fixture
def served(loop: LoopThread) -> Iterator[Served]:
    starts = count(1)

    def make_app() -> Starlette:
        number = next(starts)

        async def tell(_: Request) -> PlainTextResponse:
            return PlainTextResponse(str(number))

        return Starlette(routes=[Route("/", tell)])

    served = Served("counting", make_app)
    loop.run(served.start())
    yield served
    loop.run(served.stop())


async def test_an_app_answers_at_the_same_address_after_a_restart(
    loop: LoopThread, served: Served
) -> None:
    assert await _told_by(served) == "1"
    await loop.ask(served.stop())
    with pytest.raises(aiohttp.ClientConnectorError):
        await _told_by(served)
    await loop.ask(served.start())
    assert await _told_by(served) == "2"


async def test_a_failure_over_there_is_raised_here(loop: LoopThread) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("over there")

    with pytest.raises(LookupError, match="over there"):
        await loop.ask(fail())


async def _told_by(served: Served) -> str:
    async with aiohttp.ClientSession() as session, session.get(served.url) as response:
        return await response.text()
