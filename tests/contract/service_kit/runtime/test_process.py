import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

PROGRAM = """
import asyncio, sys
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from service_kit.runtime.process import serve

@asynccontextmanager
async def lifespan(app):
    print("opened", flush=True)
    yield
    print("closed", flush=True)

async def slow(request):
    print("asked", flush=True)
    await asyncio.sleep(0.3)
    return PlainTextResponse("whole")

app = Starlette(routes=[Route("/", slow)], lifespan=lifespan)
serve(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""


async def test_a_process_told_to_stop_ends_its_requests_and_closes(unused_tcp_port: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(unused_tcp_port),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},  # noqa: TID251  # a child's environment
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"opened\n"
    async with aiohttp.ClientSession() as session:
        answer = asyncio.create_task(_get_when_open(session, unused_tcp_port))
        assert await process.stdout.readline() == b"asked\n"
        process.send_signal(signal.SIGTERM)

        assert await answer == "whole"
    assert await process.stdout.readline() == b"closed\n"
    await process.wait()


async def _get_when_open(session: aiohttp.ClientSession, port: int) -> str:
    while True:
        try:
            async with session.get(f"http://127.0.0.1:{port}/") as response:
                assert "server" not in response.headers
                return await response.text()
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0)
