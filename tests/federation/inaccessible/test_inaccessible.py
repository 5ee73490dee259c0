from graphql import parse, print_schema, validate

from tests.support.federated_graph import FederatedGraph


def test_hidden_parts_are_not_in_the_public_schema() -> None:
    graph = FederatedGraph(
        catalogue="""
          type Query { item(draft: Boolean @inaccessible): Item }
          type Item @key(fields: "sku") { sku: ID! cost: Int @inaccessible state: State }
          enum State { ACTIVE RETIRED @inaccessible }
          type Secret @inaccessible { id: ID! }
        """,
    )

    text = print_schema(graph.snapshot.public_schema)
    for hidden in ("cost", "RETIRED", "Secret", "draft", "join__", "link__", "@"):
        assert hidden not in text
    assert validate(graph.snapshot.public_schema, parse("{ item { cost } }"))


def test_a_hidden_field_can_still_be_a_key_or_an_input() -> None:
    graph = FederatedGraph(
        catalogue="""
          type Query { item: Item }
          type Item @key(fields: "id") { id: ID! @inaccessible cost: Int @inaccessible }
        """,
        prices="""
          type Item @key(fields: "id") {
            id: ID! cost: Int @external margin: Int @requires(fields: "cost") }
        """,
    )

    plan = graph.plan("{ item { margin } }")
    assert plan.fetches[0].operation == "{ item { id cost } }"
