"""The development stack as a bench sees it: its own folder and ports, and its processes."""

import asyncio
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bench.processes import Memory, children_of, cpu_seconds, memory

READY_SECONDS = 120
STOP_SECONDS = 30
PORTS = (
    "GATEWAY_PORT",
    "INVENTORY_PORT",
    "ORDER_PORT",
    "RETURNS_PORT",
    "APPOINTMENTS_PORT",
    "ISSUER_PORT",
    "MONGODB_PORT",
    "REDIS_PORT",
)
LINE_BYTES = 2**20
SERVING = ("gateway", "order_svc", "inventory_svc", "mongod", "valkey-server")
"""Who takes part in answering a request, from the client's side inwards."""


class StackDidNotStart(Exception):
    """The development stack ended before it was ready; the message holds what it printed."""


@dataclass(frozen=True, slots=True)
class RunningStack:
    """Where the stack answers, and the process id of each of its processes."""

    gateway_port: int
    issuer: str
    mongodb: str
    processes: Mapping[str, int]

    @property
    def gateway(self) -> str:
        """The graph's address."""
        return _graph_at(self.gateway_port)

    async def token(self, session: aiohttp.ClientSession, **who: str) -> str:
        """Ask the development issuer for a token, such as `role="customer", customer="C1"`."""
        url = f"{self.issuer}/token"
        async with session.get(url, params=who, headers={"Accept": "text/plain"}) as response:
            response.raise_for_status()
            return (await response.text()).strip()

    def cpu_seconds(self) -> dict[str, float]:
        """Give the CPU time that each process has used so far."""
        return {name: cpu_seconds(process) for name, process in self.processes.items()}

    def memory(self) -> dict[str, Memory]:
        """Give the memory that each process holds now."""
        return {name: memory(process) for name, process in self.processes.items()}


@asynccontextmanager
async def running_stack(environment: Mapping[str, str]) -> AsyncIterator[RunningStack]:
    """Bring the stack up with the sample, and take it down again; raises StackDidNotStart."""
    with tempfile.TemporaryDirectory(prefix="tutti-bench-") as folder:
        ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
        settings = {name: str(port) for name, port in ports.items()}
        supervisor = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "devstack",
            "up",
            env={
                **environment,
                **settings,
                "TUTTI_FOLDER": folder,
                "LOG_LEVEL": "warning",
                "SAMPLE_SIZE": "small",  # the whole sample is still being loaded once it is ready
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LINE_BYTES,
        )
        reading: asyncio.Task[None] | None = None
        try:
            gateway_port = ports["GATEWAY_PORT"]
            output = await _until_ready(supervisor, _graph_at(gateway_port))
            reading = asyncio.create_task(_read_on(output))
            processes = {"supervisor": supervisor.pid, **children_of(supervisor.pid)}
            issuer = f"http://127.0.0.1:{ports['ISSUER_PORT']}"
            mongodb = f"mongodb://127.0.0.1:{ports['MONGODB_PORT']}/?directConnection=true"
            yield RunningStack(gateway_port, issuer, mongodb, processes)
        finally:
            await _stop(supervisor, reading)


def _graph_at(port: int) -> str:
    return f"http://127.0.0.1:{port}/graphql"


async def _until_ready(
    supervisor: asyncio.subprocess.Process, address: str
) -> asyncio.StreamReader:
    """Read what the supervisor prints until it names the gateway's address."""
    if supervisor.stdout is None:
        raise StackDidNotStart("Its output is not read.")
    printed: list[bytes] = []
    async with asyncio.timeout(READY_SECONDS):
        async for line in supervisor.stdout:
            printed.append(line)
            if address.encode() in line:
                return supervisor.stdout
    raise StackDidNotStart(b"".join(printed).decode())


async def _read_on(output: asyncio.StreamReader) -> None:
    """Show what the stack still prints, which is little: only warnings are logged."""
    async for line in output:
        if b" warning " in line or b" error " in line:
            sys.stderr.write(line.decode())


async def _stop(supervisor: asyncio.subprocess.Process, reading: asyncio.Task[None] | None) -> None:
    if supervisor.returncode is None:
        supervisor.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await (reading or supervisor.communicate())
            await supervisor.wait()
    except TimeoutError:
        supervisor.kill()
        await supervisor.wait()


def _free_ports(count: int) -> Sequence[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
