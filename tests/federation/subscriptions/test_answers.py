from collections.abc import AsyncGenerator

import orjson

from gateway.execution.preparation import PreparationOptions, prepare
from gateway.execution.subgraph_request import ExecutionRequest
from gateway.planning.labels import NO_LABELS
from gateway.ports import SubgraphRequest, SubgraphResponse
from gateway.subscriptions.from_subgraph import subgraph_events
from service_kit.runtime.clock import SystemClock
from tests.support.served_graph import Held, ServedGraph

EVENTS = [
    {"moved": {"seq": 1, "order": {"id": "1"}, "query": {}}},
    {"moved": {"seq": 2, "order": None, "query": None}},
]


class Streams:
    """Events of one subgraph, as told."""

    def __init__(self) -> None:
        self.asked: list[SubgraphRequest] = []

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        self.asked.append(request)
        for event in EVENTS:
            yield SubgraphResponse(200, orjson.dumps({"data": event}))


async def test_what_an_event_lacks_is_fetched_from_the_others_for_each_event() -> None:
    served = ServedGraph(
        orders=Held(
            """
              type Query { _: ID }
              type Subscription { moved(id: ID!): Change }
              type Change { seq: Int order: Order query: Query }
              type Order @key(fields: "id") { id: ID! }
            """
        ),
        stock=Held(
            """
              type Query { total: Int }
              type Order @key(fields: "id") { id: ID! reserved: Int }
            """,
            roots={"total": 9},
            entities={"Order": [{"id": "1", "reserved": 4}]},
        ),
    )
    operation = """
      subscription ($id: ID!) { moved(id: $id) { seq order { reserved } query { total } } }
    """
    prepared = prepare(served.snapshot, operation, None, PreparationOptions(), NO_LABELS)
    streams = Streams()

    answers = [
        orjson.loads(each.to_json())
        async for each in subgraph_events(
            prepared.plan,
            streams,
            served.transport,
            ExecutionRequest({"id": "7"}, {"id": "7"}),
            SystemClock(),
        )
    ]

    assert answers == [
        {"data": {"moved": {"seq": 1, "order": {"reserved": 4}, "query": {"total": 9}}}},
        {"data": {"moved": {"seq": 2, "order": None, "query": None}}},
    ]
    assert orjson.loads(streams.asked[0].body)["variables"] == {"id": "7"}
    assert [name for name, _ in served.asked] == ["stock", "stock"]
