"""The real processes of the live bench: MongoDB, Valkey, the service, the gateway, and yoga."""

import asyncio
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import jwt

from bench.live.notes import GRANT, ROLE, SERVICE
from bench.processes import cpu_seconds
from bench.programs import PROJECT, running
from devstack.ports import HOST, free_port
from devstack.servers import EmbeddedMongo, EmbeddedValkey
from service_kit.identity.keys import SigningKey, generate_signing_key, public_jwks
from service_kit.identity.tokens import GATEWAY, CallerSigner, service_caller
from service_kit.runtime.clock import Clock

YOGA = Path(__file__).resolve().parents[1] / "yoga"
ISSUER = "issuer"
USERS = "tutti"
"""For whom users' tokens are meant."""

LIFETIME = timedelta(hours=2)
LOAD = "clients"
TUTTI = "Tutti"
_READY_SECONDS = 60.0
_SPARE_FILES = 500


class CannotRun(Exception):
    """The bench cannot run here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Server:
    """What serves subscribers: where, as which process, and how it is spoken to.

    `publishes` has the service publish to Redis instead of writing to the outbox; `extra` are
    fields that only this server has.
    """

    name: str
    port: int
    process: str
    publishes: bool
    hello: Mapping[str, Any] = field(default_factory=dict)
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """The running processes by name, the servers to compare, and the service's address."""

    processes: Mapping[str, int]
    servers: Sequence[Server]
    service: str

    def cpu_seconds(self) -> dict[str, float]:
        """Give the CPU time that each process, and this one, has used so far."""
        used = {name: cpu_seconds(process) for name, process in self.processes.items()}
        return {**used, LOAD: time.process_time()}


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the run: who signs for whom, and the files that the processes read."""

    folder: Path
    gateway: SigningKey
    yoga: SigningKey
    users: SigningKey

    @property
    def trusted(self) -> Path:
        """The public keys that the service trusts."""
        return self.folder / "trusted.json"

    @property
    def user_keys(self) -> Path:
        """The public keys that the gateway trusts for end users."""
        return self.folder / "users.json"

    @property
    def gateway_key(self) -> Path:
        """The gateway's private key."""
        return self.folder / "gateway.pem"


def allow_files(count: int) -> None:
    """Let this process and its children have so many files open; raises CannotRun."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise CannotRun(f"{wanted} open files are needed, and {hard} are allowed: `ulimit -Hn`.")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def yoga_command() -> list[str] | None:
    """Give the command that runs yoga, installed if need be; None, and why, without Node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("Node or npm is missing: graphql-yoga is left out.", file=sys.stderr)
        return None
    installed = YOGA / "node_modules" / ".package-lock.json"
    lock = YOGA / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"],
            cwd=YOGA,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"graphql-yoga is left out:\n{done.stderr[-1000:]}", file=sys.stderr)
            return None
    return [node, str(YOGA / "server.js")]


@asynccontextmanager
async def stage(environment: Mapping[str, str], clock: Clock) -> AsyncIterator[Stage]:
    """Start everything, and take it down again."""
    yoga = yoga_command()
    with tempfile.TemporaryDirectory(prefix="tutti-live-") as folder, ExitStack() as stack:
        keys = _made_keys(Path(folder), yoga=generate_signing_key("yoga"))
        mongo = stack.enter_context(EmbeddedMongo(Path(folder) / "mongod"))
        valkey = stack.enter_context(EmbeddedValkey(Path(folder) / "valkey", durable=True))
        base = {**environment, "PYTHONPATH": str(PROJECT), "LOG_LEVEL": "warning"}
        base |= {"REDIS_URL": valkey.url, "LOG_JSON": "false"}
        ports = {name: free_port() for name in (SERVICE, GATEWAY, "yoga")}
        service = f"http://{HOST}:{ports[SERVICE]}"
        plans = {
            SERVICE: (_module("bench.live"), _for_service(keys, mongo.url, ports[SERVICE])),
            GATEWAY: (_module(GATEWAY), _for_gateway(keys, service, ports[GATEWAY])),
        }
        servers = [_tutti(keys, ports[GATEWAY], clock)]
        if yoga:
            plans["yoga"] = (yoga, _for_yoga(keys, service, ports["yoga"], clock))
            servers.append(Server("graphql-yoga", ports["yoga"], "yoga", publishes=True))
        numbers = {"mongod": mongo.process_id or 0, "valkey-server": valkey.process_id or 0}
        for name, (command, settings) in plans.items():
            process = stack.enter_context(running(command, {**base, **settings}))
            numbers[name] = process.pid
            path = "/health" if name == "yoga" else "/health/ready"
            await _until_ready(f"http://{HOST}:{ports[name]}{path}", process)
        yield Stage(numbers, servers, service)


def _made_keys(folder: Path, yoga: SigningKey) -> Keys:
    keys = Keys(folder, generate_signing_key(GATEWAY), yoga, generate_signing_key(ISSUER))
    keys.gateway_key.write_bytes(keys.gateway.to_pem())
    keys.trusted.write_text(json.dumps(public_jwks([keys.gateway, keys.yoga])))
    keys.user_keys.write_text(json.dumps(public_jwks([keys.users])))
    return keys


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _for_service(keys: Keys, mongodb_url: str, port: int) -> dict[str, str]:
    return {
        "NOTES_PORT": str(port),
        "NOTES_DATABASE": "notes",
        "MONGODB_URL": mongodb_url,
        "TRUSTED_KEYS_FILE": str(keys.trusted),
    }


def _for_gateway(keys: Keys, service: str, port: int) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "GATEWAY_SUBGRAPHS": f"{SERVICE}={service}/graphql",
        "SIGNING_KEY_FILE": str(keys.gateway_key),
        "USER_JWKS_FILE": str(keys.user_keys),
        "USER_ISSUER": ISSUER,
        "USER_AUDIENCE": USERS,
        "GATEWAY_SOCKET_INIT": "30",  # thousands come at once, on a machine that does all
    }


def _for_yoga(keys: Keys, service: str, port: int, clock: Clock) -> dict[str, str]:
    signer = CallerSigner(keys.yoga, keys.yoga.kid, clock, LIFETIME)
    return {
        "PORT": str(port),
        "NODE_ENV": "production",
        "SERVICE_URL": f"{service}/graphql",
        "SERVICE_TOKEN": signer.sign(service_caller(keys.yoga.kid), SERVICE),
    }


def _tutti(keys: Keys, port: int, clock: Clock) -> Server:
    claims = {
        "sub": "bench",
        "iss": ISSUER,
        "aud": USERS,
        "roles": [ROLE],
        "grants": [GRANT],
        "exp": (clock.now() + LIFETIME).timestamp(),
    }
    token = jwt.encode(claims, keys.users.private, "EdDSA", headers={"kid": ISSUER})
    hello = {"Authorization": f"Bearer {token}"}
    return Server(TUTTI, port, GATEWAY, publishes=False, hello=hello, extra="cursor")


async def _until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(_READY_SECONDS):
        while True:
            if process.poll() is not None:
                raise CannotRun(f"{url}: the process ended; see what it printed.")
            try:
                async with session.get(url) as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
