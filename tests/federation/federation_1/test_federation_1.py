from tests.support.federated_graph import FederatedGraph


def test_a_federation_1_extension_is_entered_by_its_external_key() -> None:
    graph = FederatedGraph(
        catalogue="""# Federation 1
          type Query { item: Item }
          type Item @key(fields: "sku") { sku: ID! name: String size: Size }
          type Size { width: Int }
        """,
        stock="""# Federation 1
          extend type Item @key(fields: "sku") { sku: ID! @external onHand: Int size: Size }
          type Size { width: Int }
        """,
    )

    plan = graph.plan("{ item { name onHand size { width } } }")
    first, second = (fetch.operation for fetch in plan.fetches)
    assert first == "{ item { name sku size { width } } }"
    assert second.endswith("{ ... on Item { onHand } } }")


def test_federation_1_and_2_compose_with_each_other() -> None:
    graph = FederatedGraph(
        catalogue="""
          type Query { item: Item } type Item @key(fields: "sku") { sku: ID! name: String }
        """,
        stock="""# Federation 1
          type Item @key(fields: "sku") @extends { sku: ID! @external onHand: Int }
        """,
    )

    assert [fetch.subgraph for fetch in graph.plan("{ item { onHand } }").fetches] == [
        "catalogue",
        "stock",
    ]
