"""Servers and programs of a run, each a process that can be killed and started again."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Any

import aiohttp
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.leash import leashed
from devstack.ports import HOST, is_free
from devstack.servers import REPLICA_SET, EmbeddedMongo, EmbeddedServer

READY_SECONDS = 90
PROJECT = Path(__file__).resolve().parents[3]
_LOOK_SECONDS = 0.05
_STEADY = (15_000, 32_000)
"""Below the ports that Linux gives to outgoing connections."""
_SETTINGS = {"electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500}


class NotReady(Exception):
    """A program ended, or did not become ready in time; the message has its last words."""


def steady_port() -> int:
    """Give a free port that no outgoing connection is given while its server is down."""
    while True:
        port = SystemRandom().randrange(*_STEADY)
        if is_free(port):
            return port


class Member(EmbeddedMongo):
    """One member of a replica set of several; it answers before there is a primary."""

    def answers(self) -> bool:
        direct = f"mongodb://{HOST}:{self.port}/?directConnection=true"
        with MongoClient[dict[str, Any]](direct, serverSelectionTimeoutMS=300) as client:
            try:
                return bool(client.admin.command("ping")["ok"])
            except PyMongoError:
                return False


class ReplicaSet:
    """A MongoDB of one member or three."""

    def __init__(self, folder: Path, members: int) -> None:
        self._members = [
            Member(folder / f"mongod-{number}", port=steady_port()) for number in range(members)
        ]

    @property
    def url(self) -> str:
        """The address, which names every member."""
        hosts = ",".join(self._hosts)
        return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"

    def start(self) -> None:
        """Start and initiate it."""
        for member in self._members:
            member.start()
        for member in self._members:
            member.ready()
        members = [{"_id": number, "host": host} for number, host in enumerate(self._hosts)]
        config = {"_id": REPLICA_SET, "members": members, "settings": _SETTINGS}
        direct = f"mongodb://{self._hosts[0]}/?directConnection=true"
        with MongoClient[dict[str, Any]](direct) as client:
            client.admin.command("replSetInitiate", config)

    def stop(self) -> None:
        """End it."""
        for member in self._members:
            member.stop(gently=False)

    async def step_down(self) -> str:
        """Have the primary step down, wait for another, and say from whom to whom."""
        before = await asyncio.to_thread(self._primary)
        await asyncio.to_thread(self._ask_to_step_down)
        async with asyncio.timeout(READY_SECONDS):
            while (after := await asyncio.to_thread(self._primary)) == before:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_SECONDS)
        return f"{before} → {after}"

    async def kill_primary(self) -> str:
        """Kill the primary, start it again, and say which it was."""
        before = await asyncio.to_thread(self._primary)
        member = self._members[self._hosts.index(before)]
        await restart(member)
        await asyncio.to_thread(self._primary)
        return before

    @property
    def _hosts(self) -> list[str]:
        return [f"{HOST}:{member.port}" for member in self._members]

    def _primary(self) -> str:
        with MongoClient[dict[str, Any]](
            self.url, serverSelectionTimeoutMS=READY_SECONDS * 1_000
        ) as client:
            client.admin.command("ping")
            assert client.primary is not None
            host, port = client.primary
            return f"{host}:{port}"

    def _ask_to_step_down(self) -> None:
        with MongoClient[dict[str, Any]](self.url) as client, suppress(PyMongoError):
            client.admin.command({"replSetStepDown": 30, "secondaryCatchUpPeriodSecs": 10})


async def restart(server: EmbeddedServer) -> None:
    """Kill a server and start it again at its address, with the data that its folder holds."""
    server.stop(gently=False)
    server.start()
    async with asyncio.timeout(READY_SECONDS):
        while not await asyncio.to_thread(server.answers):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)


class Program:
    """A Python module served at a port of its own, with settings by environment.

    `serves` is the name of its subgraph.
    """

    def __init__(self, name: str, module: str, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.serves = ""
        self.port = steady_port()
        self._command = leashed([sys.executable, "-m", module, "serve"])
        self._environment = {**environment, "LOG_JSON": "no", "LOG_LEVEL": "info"}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where GraphQL is."""
        return f"http://{HOST}:{self.port}/graphql"

    def start(self) -> None:
        """Start it; `ready` waits for it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=PROJECT,
                env=self._environment | {"PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ready(self, session: aiohttp.ClientSession) -> None:
        """Wait until it says that it is ready."""
        url = f"http://{HOST}:{self.port}/health/ready"
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await self._answers(session, url):
                    if self._process is None or self._process.poll() is not None:
                        raise NotReady(f"{self.name} ended\n{self.tail()}")
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError as error:
            raise NotReady(f"{self.name} is not ready\n{self.tail()}") from error

    def kill(self) -> None:
        """End it at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    async def end(self) -> int:
        """Tell it to end (SIGTERM), wait until it has, and give its status."""
        process, self._process = self._process, None
        assert process is not None
        process.terminate()
        return await asyncio.to_thread(process.wait, READY_SECONDS)

    def tail(self, lines: int = 30) -> str:
        """The last lines that it printed."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    @staticmethod
    async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
                return response.status == 200
        return False
