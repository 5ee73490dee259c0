"""The system under test: MongoDB, Valkey, two processes of the service that tells, two gateways."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Final

import aiohttp

from devstack.keys import ensure_keys, issuer_key, key_file, trusted_file
from devstack.servers import EmbeddedValkey
from devstack.tokens import AUDIENCE, TokenIssuer, User
from retail_kit.roles import Role
from service_kit.identity.keys import public_jwks
from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SystemClock
from service_kit.storage.database import Database
from tests.support.loss.commits import Commits
from tests.support.loss.counters import SERVICE, Counting
from tests.support.loss.ordering import Ordering
from tests.support.loss.plan import Plan, counters_of
from tests.support.loss.servers import Program, ReplicaSet, steady_port

_ISSUER: Final = "http://issuer.test"


@dataclass(frozen=True, slots=True)
class Opened:
    """What commits are made with."""

    database: Database
    bus: Bus
    session: aiohttp.ClientSession


class System(ABC):
    """Everything that runs; `services` are those of `service`, one beside each gateway."""

    service: ClassVar[str]
    database: ClassVar[str]
    partitions: ClassVar[int] = 8

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.mongo = ReplicaSet(folder, plan.scale.members)
        self.valkey = EmbeddedValkey(folder / "valkey", port=steady_port())
        self._folder = folder
        self._keys = folder / "keys"
        ensure_keys(self._keys)
        self._issuer = TokenIssuer(issuer_key(self._keys), _ISSUER, timedelta(days=30))
        self._jwks = self._keys / "issuer.json"
        self._jwks.write_text(json.dumps(public_jwks([self._issuer.key])), encoding="utf-8")
        self.others = self._others()
        self.services = [self._relaying(number) for number in (1, 2)]
        self.gateways = [
            self._gateway(number, [*self.others, beside])
            for number, beside in enumerate(self.services, start=1)
        ]

    @abstractmethod
    def commits(self, opened: Opened) -> Commits:
        """Give what is to be written."""

    @abstractmethod
    def _relaying(self, number: int) -> Program:
        """Give one process of the service that tells."""

    def _others(self) -> list[Program]:
        """Give what else is needed, and is left in peace."""
        return []

    @property
    def programs(self) -> list[Program]:
        """All of ours."""
        return [*self.others, *self.services, *self.gateways]

    def start(self) -> None:
        """Start the servers, then the programs; `ready` waits for those."""
        self.valkey.start()
        self.mongo.start()
        self.valkey.ready()
        for program in self.programs:
            program.start()

    async def ready(self, session: aiohttp.ClientSession) -> None:
        """Wait until all programs are ready."""
        for program in self.programs:
            await program.ready(session)

    def stop(self) -> None:
        """End everything."""
        for program in reversed(self.programs):
            program.kill()
        self.valkey.stop(gently=False)
        self.mongo.stop()

    def token(self, role: str, grants: Sequence[str]) -> str:
        """Give a user's token."""
        return self._issuer.token(User(Role(role), tuple(grants)), SystemClock().now())

    def _program(
        self, name: str, module: str, process: str, settings: Mapping[str, str] | None = None
    ) -> Program:
        environment = {
            "MONGODB_URL": self.mongo.url,
            "REDIS_URL": self.valkey.url,
            "TRUSTED_KEYS_FILE": str(trusted_file(self._keys)),
            **({"SIGNING_KEY_FILE": str(key_file(self._keys, process))} if process else {}),
            **(settings or {}),
        }
        return Program(name, module, environment, self._folder / f"{name}.log")

    def _gateway(self, number: int, subgraphs: Sequence[Program]) -> Program:
        urls = ",".join(f"{program.serves}={program.url}" for program in subgraphs)
        settings = {
            "GATEWAY_SUBGRAPHS": urls,
            "USER_JWKS_FILE": str(self._jwks),
            "USER_ISSUER": _ISSUER,
            "USER_AUDIENCE": AUDIENCE,
            "EVENTS_WAITING": str(self.plan.scale.events_waiting),
        }
        return self._program(f"gateway-{number}", "gateway", "gateway", settings)


class CountingSystem(System):
    """Counters, which can be counted on fast."""

    service = SERVICE
    database = "counting"

    def commits(self, opened: Opened) -> Commits:
        """Count."""
        counters = counters_of(self.plan.seed, self.plan.scale)
        return Counting(opened.database, opened.bus, counters)

    def _relaying(self, number: int) -> Program:
        module = "tests.support.loss.counting_service"
        program = self._program(f"service-{number}", module, "", {"DATABASE": self.database})
        program.serves = self.service
        return program


class OrderingSystem(System):
    """Orders and inventory, as they are sold."""

    service = "order_svc"
    database = "orders"

    def commits(self, opened: Opened) -> Commits:
        """Place orders and bring them on their way."""
        urls = [gateway.url for gateway in self.gateways]
        return Ordering(opened.database, opened.session, urls, self.token, self.plan.scale.events)

    def _others(self) -> list[Program]:
        inventory = self._program("inventory", "inventory_svc", "inventory_svc")
        inventory.serves = "inventory_svc"
        return [inventory]

    def _relaying(self, number: int) -> Program:
        (inventory,) = self.others
        settings = {"INVENTORY_URL": inventory.url, "ORDER_RECOVERY_DELAY": "1"}
        program = self._program(f"orders-{number}", "order_svc", "order_svc", settings)
        program.serves = self.service
        return program
