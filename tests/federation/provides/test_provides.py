from inline_snapshot import snapshot

from tests.support.federated_graph import FederatedGraph

CATALOGUE = """
  type Query { item: Item }
  type Item @key(fields: "sku") {
    sku: ID! name: String @shareable brand: Brand @shareable }
  type Brand @key(fields: "code") { code: ID! label: String @shareable }
"""


def test_a_provided_field_saves_a_request_below_its_path_only() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { line: Line draft: Line }
          type Line { id: ID! item: Item @provides(fields: "name") other: Item }
          type Item @key(fields: "sku") { sku: ID! name: String @external }
        """,
        catalogue=CATALOGUE,
    )

    assert graph.plan_text("{ line { item { name } } }") == snapshot("""\
QueryPlan {
  Fetch #0 "orders" {
    {
      line {
        item {
          name
        }
      }
    }
  }
}\
""")
    assert graph.plan_text("{ line { other { name } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "orders" {
      {
        line {
          other {
            sku
          }
        }
      }
    }
    Fetch #1 "catalogue" after #0 {
      _entities of line.other
        * as Item { sku }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            name
          }
        }
      }
    }
  }
}\
""")


def test_provided_fields_may_be_nested() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { line: Line }
          type Line { item: Item @provides(fields: "brand { label }") }
          type Item @key(fields: "sku") { sku: ID! brand: Brand @external }
          type Brand @key(fields: "code") { code: ID! label: String @external }
        """,
        catalogue=CATALOGUE,
    )

    assert graph.plan_text("{ line { item { brand { label } } } }") == snapshot("""\
QueryPlan {
  Fetch #0 "orders" {
    {
      line {
        item {
          brand {
            label
          }
        }
      }
    }
  }
}\
""")


def test_a_field_provided_for_one_member_of_a_union_is_fetched_for_the_others() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: [Found!]! @provides(fields: "... on Item { name }") }
          union Found = Item | Brand
          type Item @key(fields: "sku") { sku: ID! name: String @external }
          type Brand @key(fields: "code") { code: ID! label: String @external }
          type Shelf { brand: Brand @provides(fields: "label") }
        """,
        catalogue=CATALOGUE,
    )

    operation = "{ found { ... on Item { name } ... on Brand { label } } }"
    assert graph.plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "search" {
      {
        found {
          __typename
          ... on Item {
            name
          }
          ... on Brand {
            code
          }
        }
      }
    }
    Fetch #1 "catalogue" after #0 {
      _entities of found[]
        Brand { code }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Brand {
            label
          }
        }
      }
    }
  }
}\
""")
