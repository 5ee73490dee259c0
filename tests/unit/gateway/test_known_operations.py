"""An operation that is known is run without parsing, planning or looking at the schema."""

from typing import Any

import pytest
from graphql import GraphQLSchema
from graphql.language.parser import Parser

from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.planner import Planner
from gateway.ports import SubgraphRequest, SubgraphResponse
from gateway.security.authentication import VISITOR
from gateway.transport.in_process import InProcessTransport
from tests.support.served_graph import Held, ServedGraph

SHOP = Held(
    """
      type Query { stock(first: Int): [Thing] }
      interface Thing { id: ID! }
      type Book implements Thing @key(fields: "id") { id: ID! title: String }
      type Film implements Thing @key(fields: "id") { id: ID! minutes: Int! }
    """,
    roots={
        "stock": lambda first=9: [
            {"__typename": "Book", "id": "1", "title": "Ada"},
            {"__typename": "Film", "id": "2", "minutes": 90},
        ][:first]
    },
)
STARS = Held(
    """
      type Book @key(fields: "id") { id: ID! stars: Int }
      type Film @key(fields: "id") { id: ID! stars: Int }
    """,
    entities={"Book": [{"id": "1", "stars": 5}], "Film": [{"id": "2", "stars": None}]},
)
OPERATION = """query Stock($first: Int, $all: Boolean!) {
  stock(first: $first) {
    __typename id ... on Book { name: title stars } ... on Film @include(if: $all) { minutes stars }
  }
}"""
RUNS_UNTIL_ALL_IS_MADE = 4


class Remembering:
    """Subgraphs whose answers are remembered, and then given without asking them again."""

    def __init__(self, graph: ServedGraph) -> None:
        self._graph = graph
        self._known: dict[tuple[str, bytes], SubgraphResponse] = {}
        self.transport = InProcessTransport(dict.fromkeys(("shop", "stars"), self._ask))

    async def _ask(self, request: SubgraphRequest) -> SubgraphResponse:
        key = request.subgraph, bytes(request.body)
        if key not in self._known:
            self._known[key] = await self._graph.transport.send(request)
        return self._known[key]


async def test_a_known_operation_needs_neither_parser_nor_planner_nor_schema(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = ServedGraph(shop=SHOP, stars=STARS)
    subgraphs, served = Remembering(graph), Served(graph.snapshot, PreparationOptions(), 10)

    async def run() -> Answer:
        request = OperationRequest(OPERATION, VISITOR, variables={"first": 2, "all": True})
        return await answer(served, subgraphs.transport, request)

    for _ in range(RUNS_UNTIL_ALL_IS_MADE):
        before = await run()
    assert not before.errors

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("A known operation looks nothing up.")

    monkeypatch.setattr(Parser, "__init__", forbidden)
    monkeypatch.setattr(Planner, "plan", forbidden)
    for name in ("get_type", "get_root_type", "get_possible_types", "is_sub_type"):
        monkeypatch.setattr(GraphQLSchema, name, forbidden)
    for name in ("type_map", "query_type", "mutation_type", "directives"):
        monkeypatch.setattr(GraphQLSchema, name, property(forbidden), raising=False)
    after = await run()

    assert after.to_json() == before.to_json()
