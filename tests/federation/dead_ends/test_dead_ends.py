import pytest
from graphql import parse

from gateway.errors import OperationNotFound, OperationTooComplex, Unplannable
from gateway.planning.snapshot import build_snapshot
from tests.support.federated_graph import FederatedGraph

ITEMS = """
  type Query { item: Item }
  type Item @key(fields: "sku") { sku: ID! name: String next: Item }
"""


def test_a_field_no_subgraph_can_be_asked_for_is_named_in_the_error() -> None:
    graph = FederatedGraph(
        catalogue=ITEMS, stock='type Item @key(fields: "sku") { sku: ID! onHand: Int }'
    )
    cut = graph.supergraph.replace('(graph: STOCK, key: "sku")', "(graph: STOCK)")

    with pytest.raises(Unplannable, match=r"item\.onHand"):
        build_snapshot(cut).planner.plan(parse("{ item { onHand } }"))


def test_one_of_several_operations_must_be_named() -> None:
    graph = FederatedGraph(catalogue=ITEMS)
    document = "query A { item { sku } } query B { item { name } }"

    assert graph.plan(document, "B").fetches[0].operation_name == "B__catalogue__0"
    with pytest.raises(OperationNotFound):
        graph.plan(document)
    with pytest.raises(OperationNotFound):
        graph.plan(document, "C")


def test_introspection_and_root_typename_need_no_request() -> None:
    graph = FederatedGraph(catalogue=ITEMS)

    assert graph.plan("{ __typename __schema { types { name } } }").fetches == ()


def test_fragments_that_multiply_do_not_multiply_the_work() -> None:
    graph = FederatedGraph(
        catalogue=ITEMS, stock='type Item @key(fields: "sku") { sku: ID! onHand: Int }'
    )
    levels = 16
    fragments = " ".join(
        f"fragment F{level} on Item {{ next {{ ...F{level + 1} ...F{level + 1} }} "
        f"x{level}: next {{ sku }} }}"
        for level in range(levels)
    )
    document = f"{{ item {{ ...F0 ...F0 }} }} {fragments} fragment F{levels} on Item {{ onHand }}"

    plan = graph.snapshot.planner.plan(parse(document))

    assert len(plan.fetches) == 2


def test_an_operation_nested_beyond_reason_is_refused() -> None:
    graph = FederatedGraph(catalogue=ITEMS)
    depth = 600
    fragments = " ".join(
        f"fragment F{level} on Item {{ next {{ ...F{level + 1} }} }}" for level in range(depth)
    )
    document = f"{{ item {{ ...F0 }} }} {fragments} fragment F{depth} on Item {{ sku }}"

    with pytest.raises(OperationTooComplex):
        graph.snapshot.planner.plan(parse(document))
