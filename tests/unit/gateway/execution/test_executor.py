import asyncio
from typing import Any

import orjson
import pytest

from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphUnreachable
from gateway.security.authentication import VISITOR
from gateway.transport.in_process import InProcessTransport
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

CATALOGUE = """
  type Query { items: [Item] item(sku: ID!): Item! best: Item }
  type Mutation { rename(sku: ID!, name: String): Item must(sku: ID!): Item! price: Int fail: Int! }
  type Item @key(fields: "sku") { sku: ID! name: String kin: Item box: Box @shareable }
  type Box @shareable { width: Int }
"""
STOCK = """
  type Query { rooms: [Room] }
  type Mutation { count(sku: ID!): Int }
  type Room { id: ID! holds: [Item] }
  type Item @key(fields: "sku") {
    sku: ID! stock(near: String = "here"): Int! reserved: Int
    box: Box @shareable }
  type Box @shareable { weight: Int }
"""


def an_item(sku: str, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "name": f"item {sku}", "box": {"width": 1}, **more}


class Graph:
    """A catalogue and a stock subgraph under one gateway."""

    def __init__(self, **roots: Any) -> None:
        self.done: list[str] = []
        self.catalogue = SmallSubgraph(
            "catalogue",
            CATALOGUE,
            {
                "items": [an_item("1"), an_item("2"), an_item("1")],
                "item": an_item,
                "rename": self._rename,
                "must": self._rename,
                "price": lambda: self._do("price", 3),
                "fail": lambda: self._do("fail", None),
                **roots,
            },
            {"Item": lambda one: an_item(one["sku"])},
        )
        self.stock = SmallSubgraph(
            "stock",
            STOCK,
            {
                "rooms": [{"id": "r", "holds": [{"sku": "1"}, None, {"sku": "3"}]}],
                "count": lambda sku: self._do(f"count {sku}", 7),
            },
            {"Item": self._stocked},
        )
        self.transport = transport_to(self.catalogue, self.stock)
        self.served = Served(
            snapshot_of(self.catalogue, self.stock), PreparationOptions(), cached=10
        )

    def _do(self, what: str, result: Any) -> Any:
        self.done.append(what)
        return result

    def _rename(self, sku: str, name: str | None = None) -> dict[str, Any]:
        self.done.append(f"rename {sku}")
        return an_item(sku, name=name)

    def _stocked(self, one: Any) -> Any:
        if one["sku"] == "gone":
            return None
        if one["sku"] == "broken":
            raise ValueError("the shelf fell")
        return {
            "sku": one["sku"],
            "stock": lambda _info, near: len(near) * int(one["sku"]),
            "reserved": None,
            "box": {"weight": 5},
        }

    async def ask(self, document: str, **variables: Any) -> Answer:
        return await answer(
            self.served, self.transport, OperationRequest(document, VISITOR, variables=variables)
        )

    async def data(self, document: str, **variables: Any) -> Any:
        given = await self.ask(document, **variables)
        assert not given.errors
        return given.data


async def test_equal_entities_are_asked_for_once_and_reach_every_place() -> None:
    graph = Graph()

    data = await graph.data("{ items { sku stock } }")

    assert data == {
        "items": [{"sku": "1", "stock": 4}, {"sku": "2", "stock": 8}, {"sku": "1", "stock": 4}]
    }
    assert graph.stock.representations() == [
        {"__typename": "Item", "sku": "1"},
        {"__typename": "Item", "sku": "2"},
    ]


async def test_value_types_of_two_subgraphs_are_merged_deeply() -> None:
    data = await Graph().data("{ items { box { width weight } } }")

    assert data == {"items": [{"box": {"width": 1, "weight": 5}}] * 3}


async def test_aliases_fragments_and_variables_reach_the_subgraphs() -> None:
    graph = Graph()
    document = """
      query ($near: String!, $with: Boolean = false) {
        first: item(sku: "2") { ...Parts close: stock(near: $near) }
        items @include(if: $with) { sku }
      }
      fragment Parts on Item { kind: __typename far: stock(near: "somewhere") }
    """

    data = await graph.data(document, near="x")

    assert data == {"first": {"kind": "Item", "far": 18, "close": 2}}
    assert list(data["first"]) == ["kind", "far", "close"]


async def test_an_omitted_variable_leaves_its_default_to_the_argument() -> None:
    data = await Graph().data('query ($near: String) { item(sku: "1") { stock(near: $near) } }')

    assert data == {"item": {"stock": 4}}


async def test_a_document_is_prepared_once_whatever_its_variables() -> None:
    graph = Graph()
    document = "query ($sku: ID!) { item(sku: $sku) { name } }"

    await graph.data(document, sku="1")
    await graph.data(document, sku="2")

    first, second = (one.body for one in graph.transport.requests)
    assert first.replace(b'"1"', b'"2"') == second
    assert graph.served.prepared_once == 1


async def test_a_null_on_the_way_is_not_sent_and_keeps_its_place() -> None:
    graph = Graph(items=[an_item("1"), None])

    assert await graph.data("{ items { stock } }") == {"items": [{"stock": 4}, None]}


async def test_nothing_to_ask_for_means_no_request() -> None:
    graph = Graph(items=[])

    assert await graph.data("{ items { stock } }") == {"items": []}
    assert graph.stock.asked == []


async def test_an_excluded_fetch_is_not_sent() -> None:
    graph = Graph()

    data = await graph.data(
        "query ($with: Boolean!) { items { sku reserved @include(if: $with) } }", **{"with": False}
    )

    assert data["items"][0] == {"sku": "1"}
    assert graph.stock.asked == []


async def test_an_entity_that_is_gone_leaves_its_nullable_fields_null_without_an_error() -> None:
    graph = Graph(items=[an_item("gone"), an_item("1")])

    data = await graph.data("{ items { sku reserved } }")

    assert data == {"items": [{"sku": "gone", "reserved": None}, {"sku": "1", "reserved": None}]}


async def test_an_entitys_error_is_told_where_the_client_sees_it() -> None:
    graph = Graph(items=[an_item("1"), an_item("broken")])

    given = await graph.ask("{ things: items { sku left: reserved } }")

    assert given.data == {"things": [{"sku": "1", "left": None}, {"sku": "broken", "left": None}]}
    assert given.errors == [
        {
            "message": "the shelf fell",
            "path": ["things", 1, "left"],
            "extensions": {"code": "DOWNSTREAM_SERVICE_ERROR", "serviceName": "stock"},
        }
    ]


@pytest.mark.parametrize(
    "failing",
    [
        SubgraphResponse(503, b'{"data": {"_entities": []}}'),
        SubgraphResponse(200, b"<html>not GraphQL</html>"),
        SubgraphResponse(200, b"[]"),
        SubgraphResponse(200, b'{"data": {"_entities": []}}'),
        SubgraphResponse(200, b'{"data": null}'),
        SubgraphResponse(200, b""),
    ],
)
async def test_a_failing_subgraph_takes_its_own_fields_only(failing: SubgraphResponse) -> None:
    graph = Graph()
    graph.stock.failing = failing

    given = await graph.ask('{ best { sku } item(sku: "1") { name reserved } }')

    assert given.data == {"best": None, "item": {"name": "item 1", "reserved": None}}
    assert given.errors == [
        {
            "message": 'The subgraph "stock" did not answer.',
            "path": ["item", "reserved"],
            "extensions": {"code": "SUBGRAPH_REQUEST_FAILED", "serviceName": "stock"},
        }
    ]


async def test_every_place_that_misses_something_says_so() -> None:
    graph = Graph()
    graph.stock.failing = SubgraphResponse(500, b"")

    given = await graph.ask("{ items { reserved } rooms { id } }")

    assert given.data == {"items": [{"reserved": None}] * 3, "rooms": None}
    assert [error["path"] for error in given.errors] == [
        ["items", 0, "reserved"],
        ["items", 1, "reserved"],
        ["items", 2, "reserved"],
        ["rooms"],
    ]


async def test_a_required_field_that_is_missing_takes_its_parent() -> None:
    graph = Graph()
    graph.stock.failing = SubgraphResponse(500, b"")

    given = await graph.ask("{ items { sku stock } }")

    assert given.data == {"items": [None, None, None]}
    assert [error["path"] for error in given.errors] == [["items", at, "stock"] for at in range(3)]


async def test_a_value_that_does_not_fit_names_the_one_subgraph_that_gives_it() -> None:
    graph = Graph()
    row = {"sku": "gone", "title": {}, "box": "none"}
    graph.catalogue.failing = SubgraphResponse(200, orjson.dumps({"data": {"items": [row]}}))

    given = await graph.ask("{ items { title: name box { width weight } left: stock } }")

    told = {tuple(error["path"]): error["extensions"] for error in given.errors}
    code = {"code": "INVALID_SUBGRAPH_VALUE"}
    assert told == {
        ("items", 0, "title"): {**code, "serviceName": "catalogue"},
        ("items", 0, "box"): code,
        ("items", 0, "left"): {**code, "serviceName": "stock"},
    }


@pytest.mark.parametrize("status", [200, 401, 500, 503])
async def test_errors_of_a_subgraph_that_refuses_the_whole_request_are_passed_on(
    status: int,
) -> None:
    graph = Graph()
    body = {"errors": [{"message": "Who are you?", "extensions": {"code": "UNAUTHENTICATED"}}]}
    graph.stock.failing = SubgraphResponse(status, orjson.dumps(body))

    given = await graph.ask('{ item(sku: "1") { sku reserved } }')

    assert given.data == {"item": {"sku": "1", "reserved": None}}
    assert given.errors == [
        {
            "message": "Who are you?",
            "path": ["item", "reserved"],
            "extensions": {"code": "UNAUTHENTICATED", "serviceName": "stock"},
        }
    ]


async def test_an_error_that_took_all_the_data_of_a_fetch_is_told_once_a_field() -> None:
    graph = Graph()
    body = {"data": None, "errors": [{"message": "The shelf fell.", "path": ["rooms", 0, "id"]}]}
    graph.stock.failing = SubgraphResponse(200, orjson.dumps(body))

    given = await graph.ask("{ rooms { id } again: rooms { id } items { sku } }")

    assert given.data == {"rooms": None, "again": None, "items": [{"sku": s} for s in "121"]}
    assert [(error["message"], error["path"]) for error in given.errors] == [
        ("The shelf fell.", ["rooms", 0, "id"]),
        ("The shelf fell.", ["again"]),
    ]


async def test_mutations_run_one_after_another_in_document_order() -> None:
    graph = Graph()

    data = await graph.data(
        """mutation { a: rename(sku: "1", name: "x") { name stock } count(sku: "2") price }"""
    )

    assert data == {"a": {"name": "x", "stock": 4}, "count": 7, "price": 3}
    assert graph.done == ["rename 1", "count 2", "price"]


async def test_a_required_mutation_that_fails_stops_those_after_it() -> None:
    graph = Graph()

    given = await graph.ask('mutation { price fail count(sku: "2") }')

    assert given.data is None
    assert graph.done == ["price", "fail"]
    assert given.errors[0]["path"] == ["fail"]


async def test_a_mutation_whose_answer_is_lost_deep_down_stops_those_after_it() -> None:
    graph = Graph()
    graph.stock.failing = SubgraphResponse(500, b"")

    given = await graph.ask('mutation { must(sku: "1") { stock } count(sku: "2") price }')

    assert given.data is None
    assert graph.done == ["rename 1"]
    assert len(graph.stock.asked) == 1


async def test_a_nullable_mutation_that_fails_does_not_stop_those_after_it() -> None:
    graph = Graph()
    graph.stock.failing = SubgraphResponse(500, b"")

    given = await graph.ask('mutation { count(sku: "2") price }')

    assert given.data == {"count": None, "price": 3}
    assert graph.done == ["price"]


async def test_the_schema_and_the_root_type_are_answered_without_a_subgraph() -> None:
    graph = Graph()

    data = await graph.data(
        """query ($name: String = "Item") {
          __typename kind: __typename
          __schema { queryType { name } } __type(name: $name) { ...Name } }
        fragment Name on __Type { name }"""
    )

    assert data == {
        "__typename": "Query",
        "kind": "Query",
        "__schema": {"queryType": {"name": "Query"}},
        "__type": {"name": "Item"},
    }
    assert graph.transport.requests == []


async def test_independent_fetches_run_at_the_same_time() -> None:
    graph = Graph()
    both = asyncio.Barrier(2)

    async def catalogue(request: SubgraphRequest) -> SubgraphResponse:
        await both.wait()
        return graph.catalogue.answer(request.body)

    async def stock(request: SubgraphRequest) -> SubgraphResponse:
        await both.wait()
        return graph.stock.answer(request.body)

    graph.transport = InProcessTransport({"catalogue": catalogue, "stock": stock})

    async with asyncio.timeout(10):
        assert await graph.data("{ items { sku } rooms { id } }")


async def test_a_fetch_starts_when_its_own_inputs_are_there() -> None:
    graph = Graph()
    named = asyncio.Event()

    async def catalogue(request: SubgraphRequest) -> SubgraphResponse:
        if b"_entities" in request.body:
            named.set()
        else:
            await named.wait()
        return graph.catalogue.answer(request.body)

    async def stock(request: SubgraphRequest) -> SubgraphResponse:
        return graph.stock.answer(request.body)

    graph.transport = InProcessTransport({"catalogue": catalogue, "stock": stock})

    async with asyncio.timeout(10):
        data = await graph.data("{ items { sku } rooms { holds { name } } }")

    assert data["rooms"] == [{"holds": [{"name": "item 1"}, None, {"name": "item 3"}]}]


async def test_an_unreachable_subgraph_is_told_without_its_address() -> None:
    graph = Graph()

    async def dead(_: SubgraphRequest) -> SubgraphResponse:
        raise SubgraphUnreachable("http://10.0.0.7:4001 refused")

    graph.transport = InProcessTransport({"catalogue": dead})

    given = await graph.ask("{ items { sku } }")

    assert given.data == {"items": None}
    assert "10.0.0.7" not in str(given.errors)
