from gateway.planning.plan import ListStep
from tests.support.federated_graph import FederatedGraph

GRAPH = {
    "orders": """
      type Query { orders: [Order] basket: Line }
      type Order { id: ID! lines: [Line] shop: Shop }
      type Line { item: Item spare: Item }
      type Item @key(fields: "sku") { sku: ID! }
      type Shop @key(fields: "code") { code: ID! }
    """,
    "stock": """
      type Item @key(fields: "sku") { sku: ID! onHand: Int }
      type Shop @key(fields: "code") { code: ID! open: Boolean }
    """,
}


def test_the_same_question_at_several_places_is_one_call_with_several_paths() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("{ basket { item { onHand } spare { onHand } } }")

    assert len(plan.fetches) == 2
    (call,) = plan.fetches[1].entity_calls
    assert call.response_key == "_entities"
    assert call.paths == (("basket", "item"), ("basket", "spare"))


def test_different_questions_to_one_subgraph_travel_in_one_request() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("{ orders { shop { open } lines { item { onHand } } } }")

    assert len(plan.fetches) == 2
    shops, items = plan.fetches[1].entity_calls
    assert (shops.response_key, items.response_key) == ("_e0", "_e1")
    assert items.paths == (("orders", ListStep(), "lines", ListStep(), "item"),)


def test_equal_operations_have_equal_plans() -> None:
    graph, other = FederatedGraph(**GRAPH), FederatedGraph(**GRAPH)
    operation = "{ orders { lines { item { onHand } } shop { open } } basket { item { onHand } } }"

    assert graph.plan(operation) == other.plan(operation)


LATER = {
    "a": """
      type Query { inA: User }
      type User @key(fields: "id") {
        id: ID! name: String @external aName: String @requires(fields: "name")
      }
    """,
    "b": 'type Query { inB: User } type User @key(fields: "id") { id: ID! name: String }',
}


def test_an_early_call_waits_for_a_later_one_to_the_same_subgraph_if_the_plan_ends_no_later() -> (
    None
):
    plan = FederatedGraph(**LATER).plan("{ inA { aName } inB { aName } }")

    assert [fetch.subgraph for fetch in plan.fetches] == ["a", "b", "b", "a"]
    assert plan.fetches[3].depends_on == (1, 2)
    assert {path for call in plan.fetches[3].entity_calls for path in call.paths} == {
        ("inA",),
        ("inB",),
    }


def test_an_early_call_does_not_wait_if_the_whole_plan_would() -> None:
    graph = FederatedGraph(
        **LATER,
        c="""
          type User @key(fields: "id") {
            id: ID! aName: String @external
            shout: String @requires(fields: "aName")
          }
        """,
    )

    plan = graph.plan("{ inA { aName } inB { shout } late: inA { name } }")

    asked_early = next(fetch for fetch in plan.fetches if fetch.depends_on == (1,))
    assert asked_early.subgraph == "a"


TWICE = {
    "shop": """
      type Query { offer: Offer @shareable item: Item }
      type Offer @key(fields: "id") @key(fields: "code") { id: ID! code: ID! @shareable }
      type Item @key(fields: "sku") { sku: ID! }
      type Note @key(fields: "id") { id: ID! title: String }
    """,
    "news": """
      type Query { offer: Offer @shareable }
      type Offer @key(fields: "code") { code: ID! @shareable }
      type Item @key(fields: "sku") { sku: ID! author: Author }
      type Author @key(fields: "id") { id: ID! }
    """,
    "notes": 'type Query { note: Note } type Note @key(fields: "id") { id: ID! }',
    "stars": """
      type Offer @key(fields: "id") { id: ID! stars: Int }
      type Author @key(fields: "id") { id: ID! stars: Int }
    """,
}


def test_no_detour_is_made_to_a_request_that_a_call_can_wait_for() -> None:
    operation = "{ offer { id stars } item { author { stars } } note { title } }"

    plan = FederatedGraph(**TWICE).plan(operation)

    assert sorted(fetch.subgraph for fetch in plan.fetches) == sorted(
        ["shop", "notes", "news", "shop", "stars"]
    )
