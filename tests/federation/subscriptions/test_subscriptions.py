from gateway.planning.plan import OperationKind
from tests.support.federated_graph import FederatedGraph


def test_the_source_comes_first_and_entities_are_completed_per_event() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { order: Order }
          type Subscription { orderChanged(id: ID!): Change }
          type Change { seq: Int order: Order }
          type Order @key(fields: "id") { id: ID! }
        """,
        stock='type Order @key(fields: "id") { id: ID! reserved: Int }',
    )

    plan = graph.plan(
        "subscription S($id: ID!) { orderChanged(id: $id) { seq order { reserved } } }"
    )

    assert plan.kind is OperationKind.SUBSCRIPTION
    source, rest = plan.fetches
    assert source.kind is OperationKind.SUBSCRIPTION
    assert source.operation == (
        "subscription S__orders__0($id: ID!) { orderChanged(id: $id) { seq order { id } } }"
    )
    assert (rest.kind, rest.subgraph, rest.depends_on) == (OperationKind.QUERY, "stock", (0,))
