from inline_snapshot import snapshot

from gateway.planning.plan import Condition
from tests.support.federated_graph import FederatedGraph

GRAPH = {
    "catalogue": """
      type Query { item: Item } type Item @key(fields: "sku") { sku: ID! name: String weight: Int }
    """,
    "carriers": """
      type Item @key(fields: "sku") {
        sku: ID! weight: Int @external fee: Int @requires(fields: "weight") days: Int }
    """,
}


def test_a_request_that_serves_only_a_conditional_field_is_skipped_as_a_whole() -> None:
    graph = FederatedGraph(**GRAPH)

    operation = "query ($with: Boolean!) { item { name fee @include(if: $with) } }"
    assert graph.plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      query ($with: Boolean!) {
        item {
          name
          sku @include(if: $with)
          weight @include(if: $with)
        }
      }
    }
    Fetch #1 "carriers" after #0 if $with {
      _entities of item
        * as Item { sku weight }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            fee
          }
        }
      }
    }
  }
}\
""")


def test_a_condition_does_not_leak_to_its_neighbours() -> None:
    graph = FederatedGraph(**GRAPH)

    operation = "query ($with: Boolean!) { item { days fee @skip(if: $with) } }"
    assert graph.plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      query ($with: Boolean!) {
        item {
          sku
          weight @skip(if: $with)
        }
      }
    }
    Fetch #1 "carriers" after #0 {
      _entities of item
        * as Item { sku weight }
      query ($representations: [_Any!]!, $with: Boolean!) {
        _entities(representations: $representations) {
          ... on Item {
            days
            fee @skip(if: $with)
          }
        }
      }
    }
  }
}\
""")


def test_constant_conditions_are_settled_when_planning() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("{ item { name fee @include(if: false) days @skip(if: true) } }")
    assert [fetch.operation for fetch in plan.fetches] == ["{ item { name } }"]


def test_a_field_asked_with_and_without_a_condition_is_asked_always() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("query ($with: Boolean!) { item { name ... @include(if: $with) { name } } }")
    assert [fetch.operation for fetch in plan.fetches] == ["{ item { name } }"]


def test_an_object_with_only_conditional_fields_is_still_looked_for() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("query ($with: Boolean!) { item { name @include(if: $with) } }")
    assert plan.fetches[0].conditions == ()


def test_nested_conditions_of_one_kind_each_get_their_place() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan(
        """query ($a: Boolean!, $b: Boolean!) {
          item { sku ... @include(if: $a) { name @include(if: $b) } } }"""
    )
    assert plan.fetches[0].operation == (
        "query($a: Boolean!, $b: Boolean!) "
        "{ item { sku ... @include(if: $a) { name @include(if: $b) } } }"
    )


def test_a_root_field_under_a_condition_makes_a_conditional_request() -> None:
    graph = FederatedGraph(**GRAPH)

    plan = graph.plan("query ($with: Boolean!) { item @include(if: $with) { name } }")
    assert plan.fetches[0].conditions == (Condition("with"),)
    assert plan.fetches[0].variables == ()
