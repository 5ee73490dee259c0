from tests.support.federated_graph import FederatedGraph

OLD = """
  type Query { item: Item }
  type Item @key(fields: "sku") { sku: ID! name: String price: Int }
"""


def test_a_field_is_asked_of_the_subgraph_that_took_it_over() -> None:
    graph = FederatedGraph(
        old=OLD,
        new='type Item @key(fields: "sku") { sku: ID! price: Int @override(from: "old") }',
    )

    plan = graph.plan("{ item { name price } }")
    first, second = (fetch.operation for fetch in plan.fetches)
    assert first == "{ item { name sku } }"
    assert second.endswith("{ ... on Item { price } } }")


def test_an_override_from_a_subgraph_that_is_not_there_changes_nothing() -> None:
    graph = FederatedGraph(
        new="""
          type Query { item: Item }
          type Item @key(fields: "sku") { sku: ID! price: Int @override(from: "gone") }
        """,
    )

    plan = graph.plan("{ item { price } }")
    assert [fetch.operation for fetch in plan.fetches] == ["{ item { price } }"]


def test_an_interface_field_with_an_overridden_type_is_asked_type_by_type() -> None:
    graph = FederatedGraph(
        old="""
          type Query { offers: [Offer] }
          interface Offer { id: ID! price: Int }
          type Sale implements Offer @key(fields: "id") { id: ID! price: Int }
          type Gift implements Offer @key(fields: "id") { id: ID! price: Int }
        """,
        new='type Sale @key(fields: "id") { id: ID! price: Int @override(from: "old") }',
    )

    plan = graph.plan("{ offers { price } }")
    first, second = (fetch.operation for fetch in plan.fetches)
    assert first == "{ offers { __typename ... on Gift { price } ... on Sale { id } } }"
    assert second.endswith("{ ... on Sale { price } } }")
