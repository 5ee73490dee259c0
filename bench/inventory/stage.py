"""The processes of the bench: MongoDB, Valkey, three of inventory's, a gateway before each."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from bench.load import WrongAnswer
from bench.processes import cpu_seconds
from bench.programs import running
from devstack.keys import ensure_keys, issuer_key, key_file, trusted_file, users_file
from devstack.ports import HOST, free_port
from devstack.servers import EmbeddedMongo, EmbeddedValkey
from devstack.tokens import AUDIENCE, TokenIssuer, User
from retail_kit.roles import Role
from service_kit.runtime.clock import Clock

DATABASE = "inventory"
INVENTORY, GATEWAY, MONGOD, VALKEY = "inventory_svc", "gateway", "mongod", "valkey-server"
PLAIN = " plainly"
"""Goes after the names of the processes that know of nothing packed."""
_READY_SECONDS = 120.0
_ISSUER = "http://issuer.bench"


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph as one of the gateways serves it, each with an inventory process of its own."""

    address: str
    session: aiohttp.ClientSession
    tokens: Mapping[Role, str]

    async def answer(self, role: Role, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Ask, and give the data; raises WrongAnswer if there are errors."""
        body = orjson.dumps({"query": query, "variables": variables})
        headers = {
            "Authorization": f"Bearer {self.tokens[role]}",
            "Content-Type": "application/json",
        }
        async with self.session.post(self.address, data=body, headers=headers) as response:
            answer: dict[str, Any] = orjson.loads(await response.read())
        if response.status != 200 or "errors" in answer:
            raise WrongAnswer(str(answer)[:1000])
        data: dict[str, Any] = answer["data"]
        return data


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs: the processes that serve `here`, and those that serve elsewhere.

    `there` is another pair of the same; `plainly` is one that reads the positions each time.
    """

    here: Graph
    there: Graph
    plainly: Graph
    processes: Mapping[str, int]
    mongodb: str

    def cpu_seconds(self) -> dict[str, float]:
        """Give the CPU time that each process has used so far."""
        return {name: cpu_seconds(process) for name, process in self.processes.items()}

    def peak_mebibytes(self, name: str) -> float:
        """Give the most memory that a process has held since `forget_peak`."""
        status = Path(f"/proc/{self.processes[name]}/status").read_text(encoding="ascii")
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def forget_peak(self, name: str) -> None:
        """Begin anew to note how much memory a process holds."""
        Path(f"/proc/{self.processes[name]}/clear_refs").write_text("5", encoding="ascii")


@asynccontextmanager
async def stage(environment: Mapping[str, str], clock: Clock) -> AsyncIterator[Stage]:
    """Start everything, and take it down again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tutti-inventory-")))
        mongod = stack.enter_context(EmbeddedMongo(folder / "mongod"))
        valkey = stack.enter_context(EmbeddedValkey(folder / "valkey"))
        keys = folder / "keys"
        ensure_keys(keys)
        common = {**environment, "LOG_LEVEL": "warning", "REDIS_URL": valkey.url}
        inventory = {
            **common,
            "MONGODB_URL": mongod.url,
            "TRUSTED_KEYS_FILE": str(trusted_file(keys)),
            "SIGNING_KEY_FILE": str(key_file(keys, INVENTORY)),
            "INVENTORY_DATABASE": DATABASE,
        }
        gateway = {
            **common,
            "SIGNING_KEY_FILE": str(key_file(keys, GATEWAY)),
            "USER_JWKS_FILE": str(users_file(keys)),
            "USER_ISSUER": _ISSUER,
            "USER_AUDIENCE": AUDIENCE,
            "SUBGRAPH_DEADLINE": "120",
        }
        processes = {MONGOD: mongod.process_id or 0, VALKEY: valkey.process_id or 0}
        addresses = []
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        async with session:
            for suffix, packed in (("", "true"), (" there", "true"), (PLAIN, "false")):
                port = free_port()
                command = (sys.executable, "-m", INVENTORY)
                settings = {
                    **inventory,
                    "INVENTORY_PORT": str(port),
                    "INVENTORY_PACKED_STOCK": packed,
                }
                own = stack.enter_context(running(command, settings))
                await until_ready(session, port)
                front = free_port()
                subgraph = f"{INVENTORY}=http://{HOST}:{port}/graphql"
                settings = {**gateway, "GATEWAY_PORT": str(front), "GATEWAY_SUBGRAPHS": subgraph}
                served = stack.enter_context(running((sys.executable, "-m", GATEWAY), settings))
                await until_ready(session, front)
                processes |= {INVENTORY + suffix: own.pid, GATEWAY + suffix: served.pid}
                addresses.append(f"http://{HOST}:{front}/graphql")
            tokens = _tokens(keys, clock)
            here, there, plainly = (Graph(address, session, tokens) for address in addresses)
            yield Stage(here, there, plainly, processes, mongod.url)


def _tokens(keys: Path, clock: Clock) -> dict[Role, str]:
    issuer = TokenIssuer(issuer_key(keys), _ISSUER, timedelta(hours=8))
    roles = (Role.VISITOR, Role.INTEGRATION, Role.OPERATOR)
    return {role: issuer.token(User(role, ()), clock.now()) for role in roles}


async def until_ready(session: aiohttp.ClientSession, port: int) -> None:
    """Wait for a process that has just been started."""
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            try:
                async with session.get(f"http://{HOST}:{port}/health/ready") as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
