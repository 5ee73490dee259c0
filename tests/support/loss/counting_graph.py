"""The graph of a service whose entities only count: what the loss test listens to."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry

from service_kit.graphql.access import allow_reference
from service_kit.graphql.context import InfoOf, SubgraphContext
from service_kit.graphql.event_flow import EventFlow, Wanted
from service_kit.graphql.event_source import (
    EventItem,
    EventSource,
    EventSourceKind,
    HeartbeatSeconds,
    Since,
    Snapshot,
    StateItem,
    event_field,
    shown,
)
from service_kit.graphql.fields import query_field, resolver_field
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema
from service_kit.messaging.event_log import EventLog
from service_kit.storage.database import Database
from tests.support.loss.counters import COUNTERS, SERVICE

OPERATOR: Final = "operator"
CUSTOMER: Final = "customer"
_HEAVY: Final = "x" * 40_000
ItemT = TypeVar("ItemT", bound=EventItem)


@dataclass(frozen=True, slots=True)
class CountingContext(SubgraphContext):
    """What the resolvers reach."""

    database: Database
    log: EventLog


Info = InfoOf[CountingContext]


@strawberry.federation.type(keys=["id"], description="Something that counts.")
class Counter:
    id: strawberry.ID = strawberry.field(description="Its name.")
    version: int | None = strawberry.field(default=None, description="How far it has come.")
    heavy: str | None = strawberry.field(default=None, description="Much to carry.")

    @classmethod
    async def of(cls, info: Info, identifier: str) -> "Counter | None":
        found = await info.context.database.collection(COUNTERS.name).find_one({"_id": identifier})
        if found is None:
            return None
        return cls(id=strawberry.ID(identifier), version=found["version"], heavy=_HEAVY)

    @classmethod
    @allow_reference(OPERATOR, CUSTOMER)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Counter | None":  # noqa: A002
        return await cls.of(info, id)


@strawberry.type(description="A counter went on.")
class Counted(EventItem):
    @resolver_field(description="The counter, as it is now.")
    async def counter(self, info: Info) -> Counter | None:
        entity = self.told.payload.get("counter")
        return None if entity is None else await Counter.of(info, entity["id"])


@strawberry.type(description="Where a counter stands.")
class Level(StateItem):
    @resolver_field(description="The counter, as it is now.")
    async def counter(self, info: Info) -> Counter | None:
        entity = self.told.payload.get("counter")
        return None if entity is None else await Counter.of(info, entity["id"])


@strawberry.type(description="What can be read.")
class Query:
    @query_field(OPERATOR, description="One counter.")
    async def counter(self, info: Info, id: strawberry.ID) -> Counter | None:  # noqa: A002
        return await Counter.of(info, id)


CounterId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only this one.")
]
Groups: TypeAlias = Annotated[
    list[str] | None, strawberry.argument(description="Only counters of these groups.")
]


def _source(kind: EventSourceKind) -> EventSource:
    return EventSource(
        stream=SERVICE, match=["counterId", "groups"], unrestricted=[OPERATOR], kind=kind
    )


async def _items(kind: type[ItemT], info: Info, wanted: Wanted) -> AsyncGenerator[ItemT, None]:
    context = info.context
    flow = EventFlow(context.log, wanted, context.caller, context.clock)
    async with aclosing(flow.items()) as items:
        async for item in items:
            yield shown(kind, item)


@strawberry.type(description="What can be listened to.")
class Subscription:
    @event_field(
        OPERATOR,
        CUSTOMER,
        source=_source(EventSourceKind.LOSSLESS),
        description="Every count.",
    )
    async def counted(
        self,
        info: Info,
        counter_id: CounterId = None,
        groups: Groups = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[Counted, None]:
        wanted = Wanted(
            topic="counted",
            filters={"counterId": counter_id, "groups": groups},
            unrestricted=[OPERATOR],
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
        )
        async with aclosing(_items(Counted, info, wanted)) as items:
            async for item in items:
                yield item

    @event_field(
        OPERATOR,
        CUSTOMER,
        source=_source(EventSourceKind.STATE),
        description="Where counters stand.",
    )
    async def level(
        self,
        info: Info,
        counter_id: CounterId = None,
        groups: Groups = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[Level, None]:
        wanted = Wanted(
            topic="level",
            filters={"counterId": counter_id, "groups": groups},
            unrestricted=[OPERATOR],
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
        )
        async with aclosing(_items(Level, info, wanted)) as items:
            async for item in items:
                yield item


def counting_schema() -> SubgraphSchema:
    """Build the subgraph."""
    return build_subgraph_schema(Query, None, Subscription, types=[Counter])
