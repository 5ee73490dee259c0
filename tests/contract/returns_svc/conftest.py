"""Processes of returns on a real MongoDB, with orders, inventory and the post in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from retail_kit.roles import Role
from returns_svc.api.context import ReturnsContext
from returns_svc.api.schema import returns_schema
from returns_svc.app import SERVICE, Outside, Parts, join
from service_kit.graphql.global_ids import to_global_id
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys
from service_kit.messaging.bus import Bus
from service_kit.outbound.object_folder import FolderObjects
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.settings import Secret
from service_kit.service.foundation import Foundation
from service_kit.storage.database import Database, connect
from tests.support.fake_returns_world import LINE, FakeOrders, FakePost, FakeShelves

SCHEMA = returns_schema()
RETURN = """
  returnRequest { id state label { reference } refundedTotal { amount } lines { id } }
  userErrors { code }
"""


@dataclass
class World:
    """What the processes of one test share."""

    orders: FakeOrders
    shelves: FakeShelves
    post: FakePost


@dataclass
class Process:
    """One process, driven as the gateway would."""

    parts: Parts
    database: Database
    clock: SettableClock

    def caller(self, role: Role = Role.CUSTOMER_SERVICE, *grants: str) -> Caller:
        return Caller(
            subject="-".join(["ann", *grants]),
            kind=CallerKind.USER,
            roles=frozenset({role}),
            grants=frozenset(grants),
            expires_at=self.clock.now() + timedelta(days=1),
        )

    async def asks(self, operation: str, caller: Caller | None = None, **variables: Any) -> Any:
        context = ReturnsContext(
            caller or self.caller(),
            self.clock,
            self.parts.around,
            self.parts.reader,
            self.parts.machinery.log,
        )
        result = await SCHEMA.execute(operation, variable_values=variables, context_value=context)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    async def does(self, mutation: str, caller: Caller | None = None, **given: Any) -> Any:
        type_ = f"{mutation[0].upper()}{mutation[1:]}Input!"
        operation = f"mutation ($input: {type_}) {{ {mutation}(input: $input) {{ {RETURN} }} }}"
        keyed = {"idempotencyKey": "same", **given}
        return (await self.asks(operation, caller, input=keyed))[mutation]

    async def declares(self, channel: str = "STORE") -> Any:
        line = {
            "lineId": to_global_id("OrderLine", LINE),
            "quantity": 2,
            "reason": "CHANGED_MIND",
        }
        return await self.does("returnDeclare", channel=channel, locationCode="S1", lines=[line])

    async def inspects(self, found: Any) -> Any:
        unit = {"returnLineId": found["lines"][0]["id"], "quantity": 2, "grade": "A"}
        return await self.does("returnInspect", returnId=found["id"], units=[unit])

    async def takes_over(self) -> None:
        """Do what the dead have left: their claims run out, and time passes."""
        await self.database.collection("due_work").update_many(
            {}, {"$set": {"claimUntil": datetime(1970, 1, 1, tzinfo=UTC)}}
        )
        self.clock.advance(timedelta(minutes=1))
        while await self.parts.machinery.due_worker.run_due_once():
            pass


OpenProcess = Callable[..., Awaitable[Process]]


@pytest.fixture
def world(clock: SettableClock) -> World:
    return World(FakeOrders(clock.now()), FakeShelves(), FakePost())


@pytest.fixture
async def open_process(
    mongodb_url: str, database_name: str, clock: SettableClock, world: World, tmp_path: Path
) -> AsyncIterator[OpenProcess]:
    opened: list[Database] = []
    bus = Bus("redis://127.0.0.1:1/0")

    async def open_one(reached: Reached = pass_by) -> Process:
        database = connect(mongodb_url, database_name)
        opened.append(database)
        foundation = Foundation(SERVICE, database, bus, TrustedKeys({}), clock, reached=reached)
        objects = FolderObjects(tmp_path, "http://returns.test", Secret("secret"), clock)
        outside = Outside(world.orders, world.shelves, world.post, objects)
        return Process(join(foundation, outside), database, clock)

    yield open_one
    await bus.close()
    for database in opened:
        await database.close()
