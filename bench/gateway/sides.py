"""What is measured side by side: Tutti, the other gateways where npm has them, and the floor."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.gateway.shop import SUBGRAPHS
from bench.processes import precise_cpu_seconds
from bench.programs import PROJECT, running
from devstack.ports import HOST, free_port
from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition

PEERS = Path(__file__).parent / "peers"
TUTTI, TUTTI_LEAN, APOLLO, HIVE, HIVE_RUST, FLOOR = (
    "Tutti",
    "Tutti, lean HTTP client",
    "Apollo Gateway",
    "Hive Gateway",
    "Hive Gateway, Rust planner",
    "by hand: Starlette, aiohttp",
)
_READY_SECONDS = 60.0


class CannotRun(Exception):
    """The bench cannot run here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Side:
    """A running gateway: where it answers; `shares` is whether it shares equal requests.

    The hand-written program has an address for each operation.
    """

    name: str
    port: int
    process: int
    shares: bool

    def url(self, workload: str) -> str:
        """Give the address at which an operation is asked."""
        if self.name != FLOOR:
            return f"http://{HOST}:{self.port}/graphql"
        return f"http://{HOST}:{self.port}/{workload}{'_shared' if self.shares else ''}"

    def cpu_seconds(self) -> float:
        """Give the CPU time used so far."""
        return precise_cpu_seconds(self.process)


@dataclass(frozen=True, slots=True)
class Stage:
    """The running sides, those that share equal requests, and the ports of the subgraphs."""

    apart: Sequence[Side]
    sharing: Sequence[Side]
    subgraphs: Sequence[int]


def supergraph(ports: Sequence[int]) -> str:
    """Compose the shop, with its subgraphs at these ports."""
    return compose(
        [
            SubgraphDefinition(name, f"http://{HOST}:{port}/graphql", sdl)
            for (name, sdl), port in zip(SUBGRAPHS.items(), ports, strict=True)
        ]
    )


@asynccontextmanager
async def stage(environment: Mapping[str, str], *, beside: bool) -> AsyncIterator[Stage]:
    """Start everything, other gateways `beside` ours or not, and take it down again.

    Raises CannotRun.
    """
    packages = installed_peers(environment) if beside else None
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tutti-gateways-")))
        ports = [free_port() for _ in SUBGRAPHS]
        command = _python("bench.gateway.stub", *map(str, ports))
        stub = stack.enter_context(running(command, environment))
        await _until_ready(ports[0], stub)
        file = folder / "supergraph.graphql"
        file.write_text(supergraph(ports))

        async def start(name: str, *, shares: bool = False) -> Side:
            port = free_port()
            command = _command(name, file, port, ports, packages)
            settings = {"SHARING": "on"} if shares else {}
            settings |= {"GATEWAY_LEAN_HTTP": "true"} if name == TUTTI_LEAN else {}
            process = stack.enter_context(running(command, {**environment, **_BASE, **settings}))
            await _until_ready(port, process)
            return Side(name, port, process.pid, shares)

        others = [APOLLO, HIVE, HIVE_RUST] if packages else []
        apart = [await start(name) for name in (TUTTI, TUTTI_LEAN, *others, FLOOR)]
        by_name = {one.name: one for one in apart}
        sharing = [by_name[TUTTI], by_name[TUTTI_LEAN]]
        sharing += [await start(name, shares=True) for name in others if name != APOLLO]
        sharing.append(await start(FLOOR, shares=True))
        yield Stage(apart, sharing, ports)


_BASE = {"NODE_ENV": "production", "GATEWAY_LOG_LEVEL": "warning", "PYTHONPATH": str(PROJECT)}


def _command(
    name: str, supergraph: Path, port: int, subgraphs: Sequence[int], packages: Path | None
) -> list[str]:
    if name in (TUTTI, TUTTI_LEAN):
        return _python("gateway", "serve", "--supergraph", str(supergraph), "--port", str(port))
    if name == FLOOR:
        return _python("bench.gateway.floor", str(port), *map(str, subgraphs))
    if packages is None:
        raise CannotRun(f"{name} is not installed.")
    if name == APOLLO:
        return ["node", str(packages / "apollo.js"), str(supergraph), str(port)]
    hive = packages / "node_modules" / "@graphql-hive" / "gateway" / "dist" / "bin.js"
    return [
        *("node", str(hive), "supergraph", str(supergraph), "--host", HOST, "--port", str(port)),
        *("--fork", "1", "--config-path", str(packages / "hive.js")),
        *(["--hive-router-runtime"] if name == HIVE_RUST else []),
    ]


def installed_peers(environment: Mapping[str, str]) -> Path | None:
    """Install the other gateways into the user's cache if need be; None, and why, if not."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        print("Node or npm is missing: only Tutti and the floor are measured.", file=sys.stderr)
        return None
    cache = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "tutti-bench" / "gateways"
    lock, kept = PEERS / "package-lock.json", folder / "package-lock.json"
    is_new = not kept.exists() or kept.read_bytes() != lock.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for file in PEERS.iterdir():
        if file != lock:
            shutil.copy(file, folder)
    if is_new and not _installs(npm, folder, lock):
        return None
    return folder


def _installs(npm: str, folder: Path, lock: Path) -> bool:
    print("installing the other gateways", file=sys.stderr)
    kept = folder / lock.name
    shutil.copy(lock, kept)
    command = [npm, "ci", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        kept.unlink()
        print(f"The other gateways are left out:\n{done.stderr[-1000:]}", file=sys.stderr)
    return not done.returncode


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


async def _until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until anything is answered at a port."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(_READY_SECONDS):
        while True:
            if process.poll() is not None:
                raise CannotRun(f"The process for port {port} ended; see what it printed.")
            try:
                async with session.get(f"http://{HOST}:{port}/graphql"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
