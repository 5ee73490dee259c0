from inline_snapshot import snapshot

from tests.support.federated_graph import FederatedGraph


def test_a_shared_root_field_is_asked_of_both_subgraphs_side_by_side() -> None:
    graph = FederatedGraph(
        prices="""
          type Query { settings: Settings @shareable } type Settings { currency: String }
        """,
        stock="""
          type Query { settings: Settings @shareable } type Settings { nearest: Boolean }
        """,
    )

    assert graph.plan_text("{ settings { currency nearest } }") == snapshot("""\
QueryPlan {
  Parallel {
    Fetch #0 "prices" {
      {
        settings {
          currency
        }
      }
    }
    Fetch #1 "stock" {
      {
        settings {
          nearest
        }
      }
    }
  }
}\
""")


def test_a_shared_field_comes_from_the_subgraph_that_is_asked_anyway() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { orders: [Order] } type Order @key(fields: "id") { id: ID! placed: String }
        """,
        archive='type Order @key(fields: "id") { id: ID! label: String @shareable }',
        returns="""
          type Order @key(fields: "id") { id: ID! label: String @shareable returnable: Boolean }
        """,
    )

    plan = graph.plan("{ orders { placed label returnable } }")
    assert [fetch.subgraph for fetch in plan.fetches] == ["orders", "returns"]


def test_a_value_is_not_fetched_where_it_lacks_a_field() -> None:
    graph = FederatedGraph(
        inventory="""
          type Query { a: Money } type Money @shareable { amount: String currency: String }
        """,
        orders="type Query { b: Money } type Money @shareable { amount: String currency: String }",
    )

    plan = graph.plan("{ a { amount } b { currency } }")
    assert {fetch.subgraph: fetch.depends_on for fetch in plan.fetches} == {
        "inventory": (),
        "orders": (),
    }
