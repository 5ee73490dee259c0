"""`python -m gateway`, as a process of its own."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.contract.gateway.conftest import Serve, eventually, until_ready
from tests.support.subgraphs import SmallSubgraph, composed

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LOG_JSON": "true"}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@asynccontextmanager
async def gateway(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        *arguments,
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_running(process: asyncio.subprocess.Process, port: int) -> str:
    """Read the log until the server says that it answers."""
    assert process.stdout is not None
    read = b""
    async with asyncio.timeout(60):
        while f":{port}".encode() not in read:
            line = await process.stdout.readline()
            assert line, read.decode()
            read += line
    return read.decode()


async def test_a_supergraph_file_is_served_alone_and_sigterm_ends_it(
    serve: Serve, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    subgraph = SmallSubgraph("hello", "type Query { greeting: String }", {"greeting": "hello"})
    url = (await serve("hello", subgraph.app())).url
    file = tmp_path / "supergraph.graphql"
    file.write_text(composed([subgraph], {"hello": f"{url}/graphql"}))
    port = free_port()

    async with gateway("serve", "--supergraph", str(file), "--port", str(port)) as process:
        await until_running(process, port)
        address = f"http://127.0.0.1:{port}/graphql"
        await until_ready(f"http://127.0.0.1:{port}", session)
        async with session.post(address, json={"query": "{ greeting }"}) as response:
            body = await response.json()
        process.send_signal(signal.SIGTERM)
        status = await asyncio.wait_for(process.wait(), 60)

    assert body == {"data": {"greeting": "hello"}}
    assert status in (0, -signal.SIGTERM)


async def test_a_changed_supergraph_file_is_served_and_a_broken_one_refused(
    serve: Serve, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    old = SmallSubgraph("hello", "type Query { greeting: String }", {"greeting": "hello"})
    new = SmallSubgraph("hello", "type Query { greeting: String more: Int }")
    urls = {"hello": f"{(await serve('hello', old.app())).url}/graphql"}
    file = tmp_path / "supergraph.graphql"
    file.write_text(composed([old], urls))
    port = free_port()
    base = f"http://127.0.0.1:{port}"

    async def ask(query: str) -> str:
        async with session.post(f"{base}/graphql", json={"query": query}) as response:
            return await response.text()

    async def has_more() -> bool:
        return "errors" not in await ask("{ __typename more @skip(if: true) }")

    async with gateway("serve", "--supergraph", str(file), "--port", str(port)) as process:
        assert process.stdout is not None
        await until_running(process, port)
        await until_ready(base, session)
        file.write_text("type Query {")
        async with asyncio.timeout(60):
            while b"supergraph_not_loaded" not in await process.stdout.readline():
                pass
        still = await ask("{ greeting }")
        file.write_text(composed([new], urls))
        await eventually(has_more)

    assert still == '{"data":{"greeting":"hello"}}'


async def test_without_a_graph_it_says_what_to_set() -> None:
    async with gateway() as process:
        told, _ = await process.communicate()

    assert process.returncode == 2
    assert b"GATEWAY_SUPERGRAPH_FILE or GATEWAY_SUBGRAPHS" in told


async def test_an_unknown_command_is_told_which_there_are() -> None:
    async with gateway("dance") as process:
        told, _ = await process.communicate()

    assert process.returncode == 2
    assert b"serve, compose, plan" in told
