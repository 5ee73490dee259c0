from gateway.planning.plan import ListStep, Rename, RepresentationField
from tests.support.federated_graph import FederatedGraph


def test_a_clients_alias_is_kept_and_a_key_behind_it_is_asked_apart() -> None:
    graph = FederatedGraph(
        catalogue="""
          type Query { item: Item } type Item @key(fields: "sku") { sku: ID! name: String }
        """,
        stock='type Item @key(fields: "sku") { sku: ID! onHand: Int }',
    )

    plan = graph.plan("{ it: item { sku: name amount: onHand } }")
    assert plan.fetches[0].operation == "{ it: item { sku: name _i0_sku: sku } }"
    (field,) = plan.fetches[1].entity_calls[0].representations[0].fields
    assert field == RepresentationField("sku", "_i0_sku")


def test_types_that_disagree_under_one_key_are_asked_under_an_alias_and_renamed() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: [Found] }
          union Found = Item | Shop
          type Item @key(fields: "id") { id: ID! label: String! @shareable }
          type Shop @key(fields: "id") { id: ID! label: String @shareable }
        """,
        catalogue="""
          type Item @key(fields: "id") { id: ID! label: String @shareable }
        """,
    )

    plan = graph.plan("{ found { ... on Item { label } ... on Shop { label } } }")
    assert plan.fetches[0].operation == (
        "{ found { __typename ... on Item { label } ... on Shop { _a1_label: label } } }"
    )
    assert plan.fetches[0].renames == (Rename(("found", ListStep()), "_a1_label", "label"),)


def test_an_alias_of_ours_is_none_that_the_client_has_beside_it() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: [Found] }
          union Found = Item | Shop
          type Item @key(fields: "id") { id: ID! label: String! @shareable size: Int }
          type Shop @key(fields: "id") { id: ID! label: String @shareable }
        """,
        catalogue="""
          type Item @key(fields: "id") { id: ID! label: String @shareable }
        """,
    )

    plan = graph.plan("{ found { ... on Item { label _a1_label: size } ... on Shop { label } } }")
    assert "... on Shop { _a2_label: label }" in plan.fetches[0].operation
    assert plan.fetches[0].renames == (Rename(("found", ListStep()), "_a2_label", "label"),)


def test_client_variables_keep_their_names_beside_ours() -> None:
    graph = FederatedGraph(
        catalogue='type Query { item: Item } type Item @key(fields: "sku") { sku: ID! }',
        stock='type Item @key(fields: "sku") { sku: ID! onHand(at: String): Int }',
    )

    plan = graph.plan("query ($representations: String) { item { onHand(at: $representations) } }")
    call = plan.fetches[1].entity_calls[0]
    assert call.variable == "_representations"
    assert plan.fetches[1].variables == ("representations",)
