"""Processes of appointments on a real MongoDB, with orders and inventory in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from appointments_svc.api.context import AppointmentsContext
from appointments_svc.api.schema import appointments_schema
from appointments_svc.app import SERVICE, Outside, Parts, join
from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys
from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.service.foundation import Foundation
from service_kit.storage.database import Database, connect
from tests.support.fake_returns_world import FakePost
from tests.support.fake_visits_world import FakeOrders, FakeStock, FakeTexts
from tests.support.visits import at

SCHEMA = appointments_schema()
APPOINTMENT = """
  appointment {
    id ref state start version advisor { code } answers { name value } products { sku }
    reservation { id } journey { state } availableActions { name reasonCode }
  }
  userErrors { code path params { key value } }
"""
RESULTS = "results { status userErrors { code path } } userErrors { code }"
WEEK = [
    {"day": day, "hours": ["09:00-19:00"]}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
]
FITTING = {
    "code": "fitting",
    "names": [{"language": "en", "text": "Fitting"}, {"language": "fr", "text": "Essayage"}],
    "durationMinutes": 30,
    "form": [{"name": "size", "kind": "CHOICE", "choices": ["S", "M"]}],
}


@dataclass
class World:
    """What the processes of one test share."""

    orders: FakeOrders = field(default_factory=FakeOrders)
    stock: FakeStock = field(default_factory=FakeStock)
    post: FakePost = field(default_factory=FakePost)
    texts: FakeTexts = field(default_factory=FakeTexts)


@dataclass
class Process:
    """One process, driven as the gateway would."""

    parts: Parts
    database: Database
    clock: SettableClock
    keys: Any = field(default_factory=count)

    def caller(self, *roles: Role, grants: frozenset[str] = frozenset()) -> Caller:
        return Caller(
            subject="ann" if not grants else "-".join(sorted(grants)),
            kind=CallerKind.USER,
            roles=frozenset(roles),
            grants=grants,
            expires_at=self.clock.now() + timedelta(days=1),
        )

    def context(self, caller: Caller) -> AppointmentsContext:
        parts = self.parts
        return AppointmentsContext(
            caller, self.clock, parts.around, parts.reader, parts.machinery.log
        )

    async def does(
        self,
        mutation: str,
        selection: str = APPOINTMENT,
        caller: Caller | None = None,
        **given: Any,
    ) -> Any:
        type_ = f"{mutation[0].upper()}{mutation[1:]}Input!"
        operation = f"mutation ($input: {type_}) {{ {mutation}(input: $input) {{ {selection} }} }}"
        keyed = {"idempotencyKey": f"key-{next(self.keys)}", **given}
        return (await self.asks(operation, caller, input=keyed))[mutation]

    async def asks(self, operation: str, caller: Caller | None = None, **variables: Any) -> Any:
        result = await SCHEMA.execute(
            operation,
            variable_values=variables,
            context_value=self.context(caller or self.caller(Role.OPERATOR)),
        )
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    async def opens(self, *advisors: str, **of_type: Any) -> None:
        """Import a kind of visit and those who receive visitors."""
        lines = [
            {"code": code, "name": code, "locationCode": "S1", "hours": WEEK} for code in advisors
        ]
        if lines:
            await self.does("advisorsImport", RESULTS, lines=lines)
        await self.does("appointmentTypesImport", RESULTS, lines=[{**FITTING, **of_type}])

    async def books(self, hour: int = 15, **given: Any) -> Any:
        return await self.does(
            "appointmentBook",
            **{"slot": slot(hour), "customer": {"ref": "C1"}, **given},
        )

    async def takes_over(self, later: timedelta = timedelta(minutes=1)) -> None:
        """Do what the dead have left: their claims run out, and time passes."""
        await self.database.collection("due_work").update_many(
            {}, {"$set": {"claimUntil": datetime(1970, 1, 1, tzinfo=UTC)}}
        )
        self.clock.advance(later)
        while await self.parts.machinery.due_worker.run_due_once():
            pass

    async def slots(self) -> list[str]:
        """The starts of the free slots of the day."""
        operation = """query ($of: [_Any!]!, $from: DateTime!, $to: DateTime!) {
          _entities(representations: $of) {
            ... on Location { slots(type: "fitting", from: $from, to: $to) { start places } }
          }
        }"""
        location = {"__typename": "Location", "id": to_global_id("Location", "S1")}
        start, end = at(0), at(23, 59)
        given: dict[str, Any] = {
            "of": [location],
            "from": start.isoformat(),
            "to": end.isoformat(),
        }
        data = await self.asks(operation, **given)
        return [each["start"] for each in data["_entities"][0]["slots"]]


OpenProcess = Callable[..., Awaitable[Process]]


def slot(hour: int = 15, minute: int = 0, **more: Any) -> dict[str, Any]:
    """The slot of a time of the day in Paris."""
    start = at(hour, minute).isoformat()
    return {"type": "fitting", "locationCode": "S1", "start": start, **more}


@pytest.fixture
def world(clock: SettableClock) -> World:
    clock.set(at(9))
    return World()


@pytest.fixture
async def open_process(
    mongodb_url: str, database_name: str, clock: SettableClock, world: World
) -> AsyncIterator[OpenProcess]:
    opened: list[Database] = []
    bus = Bus("redis://127.0.0.1:1/0")

    async def open_one(reached: Reached = pass_by) -> Process:
        database = connect(mongodb_url, database_name)
        opened.append(database)
        foundation = Foundation(SERVICE, database, bus, TrustedKeys({}), clock, reached=reached)
        outside = Outside(world.orders, world.stock, world.post, world.texts)
        return Process(join(foundation, outside), database, clock)

    yield open_one
    await bus.close()
    for database in opened:
        await database.close()
