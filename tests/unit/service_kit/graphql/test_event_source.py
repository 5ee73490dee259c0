"""A subscription field that says which log it is read from."""

from collections.abc import AsyncGenerator

import pytest
import strawberry
from graphql import parse

from service_kit.graphql.access import UnguardedOperations, operations
from service_kit.graphql.event_source import (
    EventItem,
    EventSharing,
    EventSource,
    EventSourceKind,
    HeartbeatSeconds,
    Since,
    Snapshot,
    event_field,
)
from service_kit.graphql.fields import query_field
from service_kit.graphql.schema import build_subgraph_schema, print_sdl

SOURCE = EventSource(
    stream="bell_svc",
    match=["bellId"],
    kind=EventSourceKind.STATE,
    unrestricted=["operator"],
    public=["bellId"],
    share=EventSharing.RIGHTS,
)


@strawberry.type(description="A bell rang.")
class Rang(EventItem):
    """Nothing but the ringing."""


@strawberry.type(description="The root of reading.")
class Query:
    """Something to ask."""

    @query_field("operator", description="Whether there is a bell.")
    def bell(self) -> bool:
        return True


@strawberry.type(description="The root of listening.")
class Subscription:
    """Something to listen to."""

    @event_field("operator", "visitor", source=SOURCE, description="A bell rings.")
    async def rang(
        self,
        bell_id: strawberry.ID | None = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[Rang, None]:
        told = [bell_id, since, snapshot, heartbeat_seconds]
        if all(told):
            yield Rang.__new__(Rang)


def test_the_source_is_composed_under_its_own_specification() -> None:
    text = print_sdl(build_subgraph_schema(Query, subscription=Subscription))
    parse(text)
    assert '@composeDirective(name: "@eventSource")' in text
    assert '@link(url: "https://tutti.example/events/v1.0", import: ["@eventSource"])' in text
    assert (
        '@eventSource(stream: "bell_svc", match: ["bellId"], unrestricted: ["operator"],'
        ' kind: STATE, roles: ["operator", "visitor"], public: ["bellId"],'
        " share: RIGHTS)"
    ) in text


def test_an_event_field_is_guarded_as_every_operation_is() -> None:
    schema = build_subgraph_schema(Query, subscription=Subscription)
    assert operations(schema)["Subscription.rang"] == {"operator", "visitor"}


def test_a_subscription_that_names_no_callers_is_refused() -> None:
    @strawberry.type(description="The root of listening.")
    class Open:
        """Anybody could listen."""

        @strawberry.subscription(description="A bell rings.")  # type: ignore[untyped-decorator]
        async def rang(self) -> AsyncGenerator[int, None]:
            yield 1

    with pytest.raises(UnguardedOperations, match=r"Open\.rang"):
        build_subgraph_schema(Query, subscription=Open)


def test_nobody_sees_all_events_of_a_field_that_they_may_not_listen_to() -> None:
    with pytest.raises(ValueError, match="among those"):
        event_field("visitor", source=SOURCE, description="A bell rings.")
