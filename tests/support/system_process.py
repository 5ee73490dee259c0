"""A process of the system as `python -m` runs it, which can be ended and started again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from devstack.leash import leashed
from devstack.ports import HOST, free_port

SECONDS: Final = 60
LOOK_AGAIN: Final = 0.02


class SystemProcess:
    """A process at an address that stays the same; what it logs is kept in a file."""

    def __init__(self, module: str, environment: Mapping[str, str], log: Path) -> None:
        self.module = module
        self.port = free_port()
        port = f"{module.removesuffix('_svc').upper()}_PORT"
        self._environment = {**environment, "PATH": os.defpath, port: str(self.port)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its root, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def graphql_url(self) -> str:
        """Where it answers GraphQL."""
        return f"{self.url}/graphql"

    def start(self) -> None:
        """Start it; `until_ready` tells when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                leashed([sys.executable, "-m", self.module]),
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it by force, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; give its exit status, or the signal below zero."""
        process, self._process = self._process, None
        assert process is not None, "it does not run"
        process.send_signal(number)
        return await asyncio.to_thread(process.wait, SECONDS)

    async def until_ready(self) -> None:
        """Wait until it can do its work; a gateway has the graph then."""
        async with self.asking() as session:
            while not await self._is_ready(session):  # noqa: ASYNC110  # seen from outside only
                await asyncio.sleep(LOOK_AGAIN)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Ask it for as long as a process may take for anything."""
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession(self.url) as session:
            yield session

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        process = self._process
        assert process is not None, "it was not started"
        assert process.poll() is None, self._log.read_text(encoding="utf-8")
        try:
            async with session.get("/health/ready") as response:
                return response.ok
        except aiohttp.ClientConnectionError:
            return False
