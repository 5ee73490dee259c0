"""`python -m gateway` as a process of its own, which can be ended and started again."""

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

_SECONDS: Final = 60
_LOOK_AGAIN: Final = 0.02
_LISTENERS: Final = "gateway_live_listeners{"


class GatewayProcess:
    """A gateway at an address that stays the same; what it logs is kept in a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self._environment = {**environment, "PATH": os.defpath, "GATEWAY_PORT": str(self.port)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its root, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def graphql_url(self) -> str:
        """Where clients find the graph."""
        return f"{self.url}/graphql"

    def start(self) -> None:
        """Start it; `until_ready` tells when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                leashed([sys.executable, "-m", "gateway"]),
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
        return await asyncio.to_thread(process.wait, _SECONDS)

    async def until_ready(self) -> None:
        """Wait until it has the graph."""
        async with self._asking() as session:
            while not await self._is_ready(session):  # noqa: ASYNC110  # seen from outside only
                await asyncio.sleep(_LOOK_AGAIN)

    async def until_listeners(self, count: int) -> None:
        """Wait until it says that it serves so many subscriptions from the log."""
        found = -1
        try:
            async with self._asking() as session:
                while (found := await self._listeners(session)) != count:  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise AssertionError(f"{found} listeners, never {count}") from None

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[aiohttp.ClientSession]:
        async with asyncio.timeout(_SECONDS), aiohttp.ClientSession(self.url) as session:
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

    async def _listeners(self, session: aiohttp.ClientSession) -> int:
        async with session.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        counts = (line.split()[1] for line in lines if line.startswith(_LISTENERS))
        return round(sum(map(float, counts)))
