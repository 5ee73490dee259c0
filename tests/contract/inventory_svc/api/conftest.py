"""Inventory's subgraph, asked as the gateway and as other services ask it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette

from inventory_svc.app import SERVICE, Parts, inventory_app, join, migrate
from retail_kit.roles import Role
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import SigningKey, TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerSigner, service_caller
from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SettableClock
from service_kit.service.foundation import Foundation
from service_kit.storage.database import Database, connect
from tests.support.asgi import ask

GATEWAY_KEY = generate_signing_key("gateway")
ORDER_KEY = generate_signing_key("order_svc")
_keys = count()


@dataclass(frozen=True, slots=True)
class Subgraph:
    """The app of one process, and whoever may sign callers for it."""

    app: Starlette
    parts: Parts
    clock: SettableClock

    async def send(
        self, operation: str, variables: Mapping[str, Any], signer: SigningKey, caller: Caller
    ) -> Any:
        """Send an operation as a signed caller and give the whole answer."""
        token = CallerSigner(signer, signer.kid, self.clock).sign(caller, SERVICE)
        body = orjson.dumps({"query": operation, "variables": dict(variables)})
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = await ask(self.app, "/graphql", method="POST", headers=headers, body=[body])
        return answer.json

    def user(self, role: Role, subject: str = "ann", grants: Sequence[str] = ()) -> Caller:
        """Give an end user as the gateway forwards one."""
        kind = CallerKind.ANONYMOUS if role is Role.VISITOR else CallerKind.USER
        expires_at = self.clock.now() + timedelta(hours=1)
        return Caller(subject, kind, frozenset({role}), frozenset(grants), expires_at)

    async def ask_as(
        self,
        role: Role,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        *,
        subject: str = "ann",
        grants: Sequence[str] = (),
    ) -> Any:
        """Ask as an end user and give the whole answer."""
        caller = self.user(role, subject, grants)
        return await self.send(operation, variables or {}, GATEWAY_KEY, caller)

    async def mutate(
        self, mutation: str, selection: str, input_: Mapping[str, Any], role: Role = Role.OPERATOR
    ) -> Any:
        """Call a mutation as an end user and give its payload; errors fail the test."""
        answer = await self.ask_as(role, _text(mutation, selection), {"input": _keyed(input_)})
        assert "errors" not in answer, answer
        return answer["data"][mutation]

    async def serve(
        self,
        mutation: str,
        selection: str,
        input_: Mapping[str, Any],
        *,
        on_behalf_of: Caller | None = None,
    ) -> Any:
        """Call a mutation as the order service and give its payload; errors fail the test."""
        caller = service_caller("order_svc", on_behalf_of)
        text, variables = _text(mutation, selection), {"input": _keyed(input_)}
        answer = await self.send(text, variables, ORDER_KEY, caller)
        assert "errors" not in answer, answer
        return answer["data"][mutation]


def _text(mutation: str, selection: str) -> str:
    name = f"{mutation[0].upper()}{mutation[1:]}Input"
    return f"mutation Run($input: {name}!) {{ {mutation}(input: $input) {{ {selection} }} }}"


def _keyed(input_: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"idempotencyKey": f"key-{next(_keys)}", **input_}


@pytest.fixture
async def subgraph(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock
) -> AsyncIterator[Subgraph]:
    """Give one process of inventory with its indexes made."""
    database, bus = connect(mongodb_url, database_name), Bus(redis_url)
    await migrate(database)
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY_KEY, ORDER_KEY]))
    foundation = Foundation(SERVICE, database, bus, trusted, clock, partitions=4)
    parts = join(foundation)
    yield Subgraph(inventory_app(foundation, parts), parts, clock)
    await parts.commits.close()
    await bus.close()
    await database.close()


@pytest.fixture
async def shop(subgraph: Subgraph) -> Subgraph:
    """Give a process that knows a warehouse in Lyon, two shops, two items and two channels."""
    await subgraph.mutate("locationsImport", "results { status }", {"lines": LOCATIONS})
    await subgraph.mutate("channelsImport", "results { status }", {"lines": CHANNELS})
    items = [{"sku": sku, "title": sku.title(), "category": "clothes"} for sku in ("hat", "shirt")]
    await subgraph.mutate("itemsImport", "results { status }", {"lines": items})
    return subgraph


@pytest.fixture
async def other_process(
    database: Database, redis_url: str, shop: Subgraph
) -> AsyncIterator[Subgraph]:
    """Give one more process, which has nothing at hand."""
    bus = Bus(redis_url)
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY_KEY, ORDER_KEY]))
    foundation = Foundation(SERVICE, database, bus, trusted, shop.clock, partitions=4)
    parts = join(foundation)
    yield Subgraph(inventory_app(foundation, parts), parts, shop.clock)
    await parts.commits.close()
    await bus.close()


@pytest.fixture
async def database(mongodb_url: str, database_name: str) -> AsyncIterator[Database]:
    database = connect(mongodb_url, database_name)
    yield database
    await database.close()


LOCATIONS = [
    {
        "code": code,
        "name": code,
        "type": type_,
        "country": "FR",
        "postcode": postcode,
        "point": {"latitude": latitude, "longitude": longitude},
    }
    for code, type_, postcode, latitude, longitude in (
        ("W1", "WAREHOUSE", "69800", 45.70, 4.94),
        ("S1", "STORE", "75001", 48.86, 2.34),
        ("S2", "STORE", "13001", 43.29, 5.38),
    )
]
FRANCE = {"currency": "EUR", "country": "FR"}
CHANNELS = [
    {"code": "web", "name": "Web", **FRANCE},
    {"code": "shops", "name": "Shops", "locationTypes": ["STORE"], **FRANCE},
]
