"""The whole system as real processes, over the databases of a test run, on the real clock."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from devstack.keys import ensure_keys, issuer_key, key_file, trusted_file, users_file
from devstack.tokens import AUDIENCE, TokenIssuer, User
from retail_kit.roles import Role
from service_kit.runtime.clock import SystemClock
from tests.support.system_process import SystemProcess

GATEWAY: Final = "gateway"
SERVICES: Final = ("inventory_svc", "order_svc", "returns_svc", "appointments_svc")
_TOLD: Final = {"inventory_svc": "INVENTORY_URL", "order_svc": "ORDERS_URL"}
"""Whose address the services after it are told: calls run that way only."""
_ISSUER: Final = "http://issuer.test"


class Processes:
    """Five processes, each of which can be killed and started again at its address."""

    def __init__(self, mongodb_url: str, redis_url: str, databases: str, folder: Path) -> None:
        self._keys = folder / "keys"
        ensure_keys(self._keys)
        self._issuer = TokenIssuer(issuer_key(self._keys), _ISSUER, timedelta(hours=1))
        self._databases = databases
        self._folder = folder
        common = {
            "MONGODB_URL": mongodb_url,
            "REDIS_URL": redis_url,
            "TRUSTED_KEYS_FILE": str(trusted_file(self._keys)),
            "PAYMENT_PROVIDER": "sandbox",
            "MESSAGE_FOLDER": str(folder / "outbox"),
            "OBJECT_FOLDER": str(folder / "objects"),
            "OBJECT_SECRET": "only for tests",
        }
        self.services: dict[str, SystemProcess] = {}
        for name in SERVICES:
            self.services[name] = self._process(name, common)
            if name in _TOLD:
                common[_TOLD[name]] = self._graphql(name)
        self.gateway = self._process(GATEWAY, self._for_gateway(redis_url))

    def start(self) -> None:
        """Start all; `until_ready` tells when they answer."""
        for process in (*self.services.values(), self.gateway):
            process.start()

    async def until_ready(self) -> None:
        """Wait until every process can do its work."""
        await asyncio.gather(*(one.until_ready() for one in self.services.values()))
        await self.gateway.until_ready()

    def close(self) -> None:
        """End all by force, the gateway first."""
        for process in (self.gateway, *self.services.values()):
            process.kill()

    def user_token(self, role: Role, grants: Sequence[str] = ()) -> str:
        """Return an end user's token for the gateway."""
        now: datetime = SystemClock().now()
        return self._issuer.token(User(role, tuple(grants)), now)

    def _graphql(self, name: str) -> str:
        return self.services[name].graphql_url

    def _for_gateway(self, redis_url: str) -> dict[str, str]:
        return {
            "GATEWAY_SUBGRAPHS": ",".join(f"{one}={self._graphql(one)}" for one in SERVICES),
            "USER_JWKS_FILE": str(users_file(self._keys)),
            "USER_ISSUER": _ISSUER,
            "USER_AUDIENCE": AUDIENCE,
            "REDIS_URL": redis_url,
        }

    def _process(self, name: str, environment: dict[str, str]) -> SystemProcess:
        prefix = name.removesuffix("_svc").upper()
        own = {
            "SIGNING_KEY_FILE": str(key_file(self._keys, name)),
            f"{prefix}_DATABASE": f"{self._databases}_{prefix.lower()}",
        }
        return SystemProcess(name, {**environment, **own}, self._folder / f"{name}.log")
