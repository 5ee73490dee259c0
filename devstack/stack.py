"""What the development stack consists of, in the order in which it comes up."""

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from devstack.children import ChildPlan
from devstack.keys import PROCESSES, issuer_key, key_file, trusted_file
from devstack.ports import HOST
from devstack.servers import EmbeddedMongo, EmbeddedServer, EmbeddedValkey
from devstack.settings import StackSettings
from devstack.supervisor import Stage
from devstack.tokens import AUDIENCE

PROJECT = Path(__file__).resolve().parent.parent
ASK_SECONDS = 2.0
IDENTITIES = (
    "role=customer_service",
    "role=customer&customer=C1",
    "role=assistant&location=S1",
    "role=assistant&location=S8",
    "role=operator",
    "role=integration",
    "role=visitor",
)
"""Whom a person may choose to be on the GraphiQL page."""


class Stack:
    """The plans of all children over one folder; `environment` is what each of them inherits."""

    def __init__(self, settings: StackSettings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._servers: list[EmbeddedServer] = []
        if settings.mongodb_url is None:
            mongo = EmbeddedMongo(settings.data / "mongodb", port=settings.mongodb_port)
            self._servers.append(mongo)
        if settings.redis_url is None:
            folder = settings.data / "valkey"
            valkey = EmbeddedValkey(folder, port=settings.redis_port, durable=True)
            self._servers.append(valkey)
        self.mongodb_url = settings.mongodb_url.reveal() if settings.mongodb_url else mongo.url
        self.redis_url = settings.redis_url.reveal() if settings.redis_url else valkey.url
        self._environment = {**environment, "PYTHONPATH": str(PROJECT)}

    def stages(self, graphiql: Path | None) -> list[Stage]:
        """Return the stages: servers and issuer, then the services, then the gateway.

        `graphiql` is the folder with GraphiQL's files, if they are on this machine. Raises
        ServerMissing.
        """
        for server in self._servers:
            server.prepare()
        issuer = self._python("issuer", "devstack", "issuer", port=self._settings.issuer_port)
        services = (
            self._service("inventory_svc", self._settings.inventory_port),
            self._service("order_svc", self._settings.order_port),
            self._service("returns_svc", self._settings.returns_port),
            self._service("appointments_svc", self._settings.appointments_port),
        )
        return [
            (*(self._server(server) for server in self._servers), issuer),
            services,
            (self._gateway(graphiql),),
        ]

    def _server(self, server: EmbeddedServer) -> ChildPlan:
        async def answers() -> bool:
            return await asyncio.to_thread(server.answers)

        return ChildPlan(
            server.name,
            tuple(server.command()),
            self._environment,
            answers,
            port=server.port,
            shown=False,
            last_signal=server.last_signal,
        )

    def for_one_alone(self) -> dict[str, str]:
        """Give the environment in which any one of the processes runs beside the servers."""
        keys = self._settings.keys
        own = {f"{_prefix(name)}_SIGNING_KEY_FILE": str(key_file(keys, name)) for name in PROCESSES}
        trusted = {"TRUSTED_KEYS_FILE": str(trusted_file(keys)), "LOG_JSON": "false"}
        return {**self._of_services(), **self._of_users(), **own, **trusted}

    def _service(self, name: str, port: int) -> ChildPlan:
        settings = {f"{_prefix(name)}_PORT": str(port), **self._of_services()}
        return self._python(name, name, port=port, settings=settings)

    def _of_services(self) -> dict[str, str]:
        return {
            "MONGODB_URL": self.mongodb_url,
            "REDIS_URL": self.redis_url,
            "INVENTORY_URL": _graphql_at(self._settings.inventory_port),
            "ORDERS_URL": _graphql_at(self._settings.order_port),
            "PAYMENT_PROVIDER": "sandbox",
            "MESSAGE_FOLDER": str(self._settings.folder / "outbox"),
            "OBJECT_FOLDER": str(self._settings.folder / "objects"),
            "OBJECT_SECRET": self._object_secret(),
        }

    def _of_users(self) -> dict[str, str]:
        return {
            "USER_JWKS_URL": f"{self._settings.issuer_url}/.well-known/jwks.json",
            "USER_ISSUER": self._settings.issuer_url,
            "USER_AUDIENCE": AUDIENCE,
        }

    def _object_secret(self) -> str:
        """Give what signs the addresses of documents; it stays the same as the keys do."""
        return hashlib.sha256(issuer_key(self._settings.keys).to_pem()).hexdigest()

    def _gateway(self, graphiql: Path | None) -> ChildPlan:
        settings = {
            "GATEWAY_PORT": str(self._settings.gateway_port),
            "GATEWAY_SUBGRAPHS": ",".join(
                [
                    f"inventory_svc={_graphql_at(self._settings.inventory_port)}",
                    f"order_svc={_graphql_at(self._settings.order_port)}",
                    f"returns_svc={_graphql_at(self._settings.returns_port)}",
                    f"appointments_svc={_graphql_at(self._settings.appointments_port)}",
                ]
            ),
            "GATEWAY_DEVELOPMENT": "true",
            "GATEWAY_DEV_TOKEN_URL": f"{self._settings.issuer_url}/token",
            "GATEWAY_DEV_IDENTITIES": ",".join(IDENTITIES),
            "REDIS_URL": self.redis_url,
            **self._of_users(),
        }
        if graphiql:
            settings["GATEWAY_GRAPHIQL_ASSETS"] = str(graphiql)
        port = self._settings.gateway_port
        return self._python("gateway", "gateway", port=port, settings=settings)

    def _python(
        self,
        name: str,
        module: str,
        *arguments: str,
        port: int,
        settings: Mapping[str, str] | None = None,
    ) -> ChildPlan:
        keys = self._settings.keys
        environment = {
            **self._environment,
            f"{_prefix(name)}_HOST": HOST,
            "LOG_LEVEL": self._settings.log_level,
            "LOG_JSON": "false",
            "SIGNING_KEY_FILE": str(key_file(keys, name)),
            "TRUSTED_KEYS_FILE": str(trusted_file(keys)),
            **(settings or {}),
        }
        command = (sys.executable, "-m", module, *arguments)
        return ChildPlan(name, command, environment, asks(port), port=port)


def _prefix(process: str) -> str:
    return process.removesuffix("_svc").upper()


def _graphql_at(port: int) -> str:
    return f"http://{HOST}:{port}/graphql"


def asks(port: int) -> Callable[[], Awaitable[bool]]:
    """Return a question to a process's readiness endpoint."""

    async def answers() -> bool:
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"http://{HOST}:{port}/health/ready") as response,
            ):
                return response.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    return answers


def names_of(stages: Sequence[Stage]) -> list[str]:
    """Return the names of all children, in order."""
    return [plan.name for stage in stages for plan in stage]
