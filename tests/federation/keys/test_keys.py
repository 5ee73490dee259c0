from inline_snapshot import snapshot

from tests.support.federated_graph import FederatedGraph


def test_a_simple_key_leads_to_another_subgraph() -> None:
    graph = FederatedGraph(
        catalogue="""
          type Query { item: Item } type Item @key(fields: "sku") { sku: ID! name: String }
        """,
        stock='type Item @key(fields: "sku") { sku: ID! onHand: Int }',
    )

    assert graph.plan_text("{ item { name onHand } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        item {
          name
          sku
        }
      }
    }
    Fetch #1 "stock" after #0 {
      _entities of item
        * as Item { sku }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            onHand
          }
        }
      }
    }
  }
}\
""")


def test_an_object_that_is_only_a_key_needs_no_second_request() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { line: Line } type Line { item: Item }
          type Item @key(fields: "sku") { sku: ID! }
        """,
        catalogue='type Item @key(fields: "sku") { sku: ID! name: String }',
    )

    assert graph.plan_text("{ line { item { sku } } }") == snapshot("""\
QueryPlan {
  Fetch #0 "orders" {
    {
      line {
        item {
          sku
        }
      }
    }
  }
}\
""")


def test_a_composite_key_is_collected_with_all_its_parts() -> None:
    graph = FederatedGraph(
        stock="""
          type Query { positions: [Position!]! }
          type Position @key(fields: "sku location { code country }") {
            sku: ID! location: Location! onHand: Int }
          type Location { code: ID! @shareable country: String! @shareable }
        """,
        rules="""
          type Position @key(fields: "sku location { code country }") {
            sku: ID! location: Location! protected: Int }
          type Location { code: ID! @shareable country: String! @shareable }
        """,
    )

    assert graph.plan_text("{ positions { onHand protected } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "stock" {
      {
        positions {
          onHand
          sku
          location {
            code
            country
          }
        }
      }
    }
    Fetch #1 "rules" after #0 {
      _entities of positions[]
        * as Position { sku location { code country } }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Position {
            protected
          }
        }
      }
    }
  }
}\
""")


def test_a_key_that_only_a_third_subgraph_knows_is_fetched_there_first() -> None:
    graph = FederatedGraph(
        orders='type Query { item: Item } type Item @key(fields: "sku") { sku: ID! }',
        catalogue="""
          type Item @key(fields: "sku") @key(fields: "ean") { sku: ID! ean: ID! }
        """,
        prices='type Item @key(fields: "ean") { ean: ID! price: Int }',
    )

    assert graph.plan_text("{ item { price } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "orders" {
      {
        item {
          sku
        }
      }
    }
    Fetch #1 "catalogue" after #0 {
      _entities of item
        * as Item { sku }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            ean
          }
        }
      }
    }
    Fetch #2 "prices" after #1 {
      _entities of item
        * as Item { ean }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            price
          }
        }
      }
    }
  }
}\
""")


def test_a_key_that_is_not_resolvable_is_no_way_in() -> None:
    graph = FederatedGraph(
        orders='type Query { item: Item } type Item @key(fields: "sku") { sku: ID! }',
        search="""
          type Item @key(fields: "sku", resolvable: false) { sku: ID! name: String @shareable }
        """,
        catalogue='type Item @key(fields: "sku") { sku: ID! name: String @shareable }',
    )

    assert [fetch.subgraph for fetch in graph.plan("{ item { name } }").fetches] == [
        "orders",
        "catalogue",
    ]


def test_a_child_is_completed_through_its_parents_key() -> None:
    graph = FederatedGraph(
        catalogue="""
          type Query { item: Item }
          type Item @key(fields: "sku") { sku: ID! size: Size @shareable }
          type Size { width: Int }
        """,
        logistics="""
          type Item @key(fields: "sku") { sku: ID! size: Size @shareable }
          type Size { weight: Int }
        """,
    )

    assert graph.plan_text("{ item { size { width weight } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        item {
          size {
            width
          }
          sku
        }
      }
    }
    Fetch #1 "logistics" after #0 {
      _entities of item
        * as Item { sku }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            size {
              weight
            }
          }
        }
      }
    }
  }
}\
""")
