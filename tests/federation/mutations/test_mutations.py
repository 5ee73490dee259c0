from gateway.planning.plan import OperationKind
from tests.support.federated_graph import FederatedGraph

GRAPH = {
    "orders": """
      type Query { order: Order }
      type Mutation { place: Order cancel: Order note: Boolean @shareable }
      type Order @key(fields: "id") { id: ID! }
    """,
    "stock": """
      type Mutation { adjust: Int note: Boolean @shareable }
      type Order @key(fields: "id") { id: ID! reserved: Int picked: Int }
    """,
}


def test_root_fields_run_in_the_order_of_the_document() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("mutation { place { id } adjust cancel { id } }")

    assert [(fetch.subgraph, fetch.operation, fetch.depends_on) for fetch in plan.fetches] == [
        ("orders", "mutation { place { id } }", ()),
        ("stock", "mutation { adjust }", (0,)),
        ("orders", "mutation { cancel { id } }", (1,)),
    ]


def test_neighbours_of_one_subgraph_travel_together() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("mutation { place { id } cancel { id } adjust }")

    assert [fetch.operation for fetch in plan.fetches] == [
        "mutation { place { id } cancel { id } }",
        "mutation { adjust }",
    ]


def test_what_a_mutation_returns_is_completed_before_the_next_one_runs() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("mutation { place { reserved picked } adjust }")

    assert [(fetch.subgraph, fetch.kind, fetch.depends_on) for fetch in plan.fetches] == [
        ("orders", OperationKind.MUTATION, ()),
        ("stock", OperationKind.QUERY, (0,)),
        ("stock", OperationKind.MUTATION, (1,)),
    ]


def test_a_shared_mutation_is_called_once() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("mutation { note adjust }")

    assert sum("note" in fetch.operation for fetch in plan.fetches) == 1
