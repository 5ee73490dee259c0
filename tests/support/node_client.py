"""A client program in Node, which a test tells what to do and which tells what it hears."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

_INSTALL_SECONDS: Final = 300
_PATIENCE_SECONDS: Final = 60
_LONGEST_LINE: Final = 1 << 20


class NodeMissing(AssertionError):
    """Node or its packages cannot be had on this machine; the message says what to do."""


def install_programs(source: Path, target: Path) -> Path:
    """Copy programs and have npm install exactly what their lock file names beside them."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise NodeMissing("The clients of npm need Node.js 20 or newer, and npm.")
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules"))
    install = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=target,
        capture_output=True,
        text=True,
        timeout=_INSTALL_SECONDS,
        check=False,
    )
    if install.returncode:
        raise NodeMissing(f"npm could not install the clients:\n{install.stderr}")
    return target


class NodeClient:
    """A running program; `closed` are the codes that its sockets were closed with."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.closed: list[int] = []
        self.connections = 0

    async def says(self, do: str, **more: Any) -> None:
        """Tell it what to do."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        await self._process.stdin.drain()

    async def hears(self) -> Any:
        """Give the next that it tells of its operations."""
        while True:
            told = await self._line()
            if told["told"] == "connected":
                self.connections += 1
            elif told["told"] == "closed":
                self.closed.append(told["code"])
            else:
                return told

    async def subscribes(self, query: str, identifier: str = "live", **variables: Any) -> None:
        """Have it subscribe to what begins with a heartbeat, and wait for that."""
        await self.says("subscribe", id=identifier, query=query, variables=variables)
        begun = await self.hears()
        assert begun.get("item", {}).get("delivery") == "HEARTBEAT", begun

    async def next_event(self) -> Any:
        """Give the next event that it hears."""
        while True:
            told = await self.hears()
            assert told["told"] == "next", told
            if told["item"]["delivery"] != "HEARTBEAT":
                assert told["item"]["delivery"] == "EVENT"
                return told["item"]

    async def runs(self, query: str, **variables: Any) -> Any:
        """Have it run a query or a mutation, and give its one field once it is complete."""
        await self.says("run", id="once", query=query, variables=variables)
        answered, completed = await self.hears(), await self.hears()
        assert answered["told"] == "answer", answered
        assert completed == {"told": "complete", "id": "once"}
        assert not answered["answer"].get("errors"), answered
        (field,) = answered["answer"]["data"].values()
        return field

    async def until_closed(self, times: int) -> None:
        """Wait until its sockets were closed so many times, while nothing else is told."""
        while len(self.closed) < times:
            told = await self._line()
            assert told["told"] in ("connected", "closed"), told
            if told["told"] == "closed":
                self.closed.append(told["code"])

    async def _line(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            line = await self._process.stdout.readline()
        assert line, "the program has ended"
        return json.loads(line)


@asynccontextmanager
async def node_client(program: Path, environment: Mapping[str, str]) -> AsyncIterator[NodeClient]:
    """Run a program during the block; it is told to end, and must end by itself."""
    process = await asyncio.create_subprocess_exec(
        shutil.which("node") or "node",
        str(program),
        env=dict(environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    client = NodeClient(process)
    try:
        yield client
        with suppress(ConnectionError):  # it may have ended already
            await client.says("end")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode == 0
