"""Subscriptions of callers who may not read all that they ask for."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.execution.subgraph_request import ExecutionRequest
from gateway.pipeline import OperationRequest, Served, Streaming, answer, stream
from gateway.planning.snapshot import build_snapshot
from gateway.ports import SubgraphRequest, SubgraphResponse
from gateway.security.authentication import VISITOR
from gateway.subscriptions.cursor import LogName
from gateway.subscriptions.happening import read_happening
from gateway.subscriptions.live import LiveEvents
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.resolution import Resolver
from service_kit.identity.caller import Caller
from service_kit.runtime.clock import SettableClock
from tests.support.demands import DemandsOn, Written, user
from tests.support.live_gateway import ORDERS, PLACES
from tests.support.subgraphs import SmallSubgraph, composed, transport_to

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
SIGNED_IN = Written("@authenticated")
PLACES_GRAPH = SmallSubgraph(
    "places", PLACES, {}, {"Place": lambda one: {**one, "name": f"place {one['id']}"}}
)
ORDERS_GRAPH = SmallSubgraph(
    "orders", ORDERS, {}, {"Order": lambda one: {**one, "status": "NEW", "version": 3}}
)
TICKS = SmallSubgraph(
    "ticks",
    """type Query { none: Int } type Subscription { ticked: Tick }
    type Tick { at: Int secret: Int place: Place } type Place @key(fields: "id") { id: ID! }""",
)
OPERATION = """subscription { changed: orderChanged(placeId: "P1") {
  seq what: type place { id name } order { id status } } }"""


class Stream:
    """A subgraph's stream of one event; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        self.asked.append(orjson.loads(request.body)["query"])
        tick = {"at": 1, "secret": 42, "place": {"id": "P1"}}
        yield SubgraphResponse(200, orjson.dumps({"data": {"ticked": tick}}))


def served(*coordinates: str) -> Served:
    """A graph that wants callers to sign in before they read some of it."""
    demands = DemandsOn(dict.fromkeys(coordinates, SIGNED_IN))
    text = composed([ORDERS_GRAPH, PLACES_GRAPH, TICKS])
    return Served(build_snapshot(demands.into(text)), PreparationOptions(), 10)


async def streamed(
    graph: Served, operation: str, caller: Caller = VISITOR
) -> tuple[list[Answer], Stream]:
    PLACES_GRAPH.asked.clear()
    streams, clock = Stream(), SettableClock(NOW)
    streaming = Streaming(transport_to(PLACES_GRAPH), streams, LiveEvents(None, clock), clock)
    request = OperationRequest(operation, caller)
    return [each async for each in stream(graph, streaming, request)], streams


@pytest.mark.parametrize(
    ("field", "operation"),
    [
        ("ticked", "subscription { mine: ticked { at } }"),
        ("orderChanged", 'subscription { mine: orderChanged(placeId: "P1") { seq } }'),
    ],
)
async def test_a_hidden_subscription_is_refused_before_anything_is_opened(
    field: str, operation: str
) -> None:
    graph = served(f"Subscription.{field}")

    (told,), streams = await streamed(graph, operation)

    assert not told.was_run
    assert told.errors == [
        {
            "message": f"You may not read Subscription.{field}.",
            "path": ["mine"],
            "extensions": {"code": CODE},
        }
    ]
    assert not streams.asked
    single = await answer(graph, transport_to(), OperationRequest(operation, VISITOR))
    assert "needs a stream" in str(single.errors)


async def test_what_may_not_be_read_is_not_subscribed_to_at_the_subgraph() -> None:
    graph = served("Tick.secret", "Place.name")
    operation = "subscription { ticked { at secret place { id name } } }"

    (told,), streams = await streamed(graph, operation)
    (whole,), _ = await streamed(graph, operation, user())

    assert told.data == {"ticked": {"at": 1, "secret": None, "place": {"id": "P1", "name": None}}}
    assert [error["path"] for error in told.errors] == [
        ["ticked", "secret"],
        ["ticked", "place", "name"],
    ]
    assert streams.asked == ["subscription { ticked { at place { id } } }"]
    assert whole.data == {
        "ticked": {"at": 1, "secret": 42, "place": {"id": "P1", "name": "place P1"}}
    }
    assert len(PLACES_GRAPH.asked) == 1  # for the one who may


def _event() -> Occurrence:
    payload = {"type": "CHANGED", "order": {"id": "7"}, "place": {"id": "P1"}}
    envelope = {
        "eventId": "e1",
        "entity": {"type": "Order", "id": "7"},
        "seq": 1,
        "occurredAt": "2026-03-02T09:00:00Z",
        "data": {"orderChanged": {"keys": {}, "payload": payload}},
    }
    happening = read_happening(orjson.dumps(envelope), shares=False)
    assert happening is not None
    section = happening.sections["orderChanged"].payload
    return Occurrence(Delivery.EVENT, LogName("orders"), (1,), section, happening)


async def _resolved(graph: Served, caller: Caller, item: Occurrence) -> tuple[Answer, Any]:
    prepared = await graph.prepared_for(OperationRequest(OPERATION, caller))
    root = prepared.subscription
    assert root is not None
    assert root.payload is not None
    request = ExecutionRequest(caller=caller)
    transport, clock = transport_to(PLACES_GRAPH, ORDERS_GRAPH), SettableClock(NOW)
    resolver = Resolver(prepared.plan, root, root.payload, transport, request, clock, {})
    given = await resolver.answer(item)
    assert given is not None
    return given, [orjson.loads(one.body)["query"] for one in transport.requests]


async def test_an_event_of_the_log_shows_each_listener_what_is_theirs() -> None:
    graph = served("OrderChange.type", "Order.status", "Place.name")
    item = _event()

    nobody, asked_for_nobody = await _resolved(graph, VISITOR, item)
    ana, _ = await _resolved(graph, user(), item)

    order, place = {"id": "7", "status": None}, {"id": "P1", "name": None}
    assert nobody.data == {"changed": {"seq": 1, "what": None, "place": place, "order": order}}
    assert [error["path"][1:] for error in nobody.errors] == [
        ["what"],
        ["place", "name"],
        ["order", "status"],
    ]
    assert not asked_for_nobody
    order, place = {"id": "7", "status": "NEW"}, {"id": "P1", "name": "place P1"}
    assert ana.data == {"changed": {"seq": 1, "what": "CHANGED", "place": place, "order": order}}


async def test_listeners_with_other_scopes_do_not_share_an_answer() -> None:
    graph = served("Place.name")
    item = _event()

    first, asked_first = await _resolved(graph, user("a"), item)
    other, asked_again = await _resolved(graph, user("b"), item)

    assert first.data == other.data
    assert asked_first == asked_again
    assert asked_again


async def test_a_snapshot_enters_no_entity_that_is_hidden() -> None:
    operation = """subscription {
      orderChanged(orderId: "7", snapshot: true) { type order { status } } }"""

    async def plan(graph: Served) -> Any:
        prepared = await graph.prepared_for(OperationRequest(operation, VISITOR))
        assert prepared.subscription is not None
        assert prepared.subscription.showing is not None
        return prepared.subscription.showing.plan

    shown = await plan(served("OrderChange.type"))
    assert "shownVersion: version" in shown.plan.fetches[1].fetch.operation
    assert await plan(served("OrderChange.order")) is None
