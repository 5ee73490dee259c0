from inline_snapshot import snapshot

from tests.support.federated_graph import FederatedGraph

CATALOGUE = """
  type Query { item: Item }
  type Item @key(fields: "sku") { sku: ID! weight(unit: String): Int size: Size }
  type Size { depth: Int @shareable }
"""


def test_required_inputs_travel_with_the_key() -> None:
    graph = FederatedGraph(
        catalogue=CATALOGUE,
        carriers="""
          type Item @key(fields: "sku") {
            sku: ID! weight(unit: String): Int @external
            fee: Int @requires(fields: "weight") days: Int }
        """,
    )

    assert graph.plan_text("{ item { fee days } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        item {
          sku
          weight
        }
      }
    }
    Fetch #1 "carriers" after #0 {
      _entities of item
        * as Item { sku weight }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            fee
            days
          }
        }
      }
    }
  }
}\
""")


def test_a_field_of_the_same_subgraph_is_fetched_again_once_its_inputs_are_there() -> None:
    graph = FederatedGraph(
        carriers="""
          type Query { item: Item }
          type Item @key(fields: "sku") {
            sku: ID! weight: Int @external fee: Int @requires(fields: "weight") }
        """,
        catalogue='type Item @key(fields: "sku") { sku: ID! weight: Int }',
    )

    assert graph.plan_text("{ item { sku fee } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "carriers" {
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
            weight
          }
        }
      }
    }
    Fetch #2 "carriers" after #1 {
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


def test_requirements_of_requirements_are_fetched_in_turn() -> None:
    graph = FederatedGraph(
        catalogue='type Query { item: Item } type Item @key(fields: "sku") { sku: ID! price: Int }',
        taxes="""
          type Item @key(fields: "sku") {
            sku: ID! price: Int @external gross: Int @requires(fields: "price") }
        """,
        offers="""
          type Item @key(fields: "sku") {
            sku: ID! gross: Int @external label: String @requires(fields: "gross") }
        """,
    )

    assert graph.plan_text("{ item { label } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        item {
          sku
          price
        }
      }
    }
    Fetch #1 "taxes" after #0 {
      _entities of item
        * as Item { sku price }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            gross
          }
        }
      }
    }
    Fetch #2 "offers" after #1 {
      _entities of item
        * as Item { sku gross }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            label
          }
        }
      }
    }
  }
}\
""")


def test_an_input_with_arguments_keeps_out_of_the_clients_way() -> None:
    graph = FederatedGraph(
        catalogue=CATALOGUE,
        carriers="""
          type Item @key(fields: "sku") {
            sku: ID! weight(unit: String): Int @external
            fee: Int @requires(fields: "weight(unit: \\"kg\\")") }
        """,
    )

    assert graph.plan_text('{ item { weight(unit: "lb") fee } }') == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        item {
          weight(unit: "lb")
          sku
          _i0_weight: weight(unit: "kg")
        }
      }
    }
    Fetch #1 "carriers" after #0 {
      _entities of item
        * as Item { sku weight from _i0_weight }
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


def test_two_fields_that_need_one_input_with_different_arguments_are_asked_apart() -> None:
    graph = FederatedGraph(
        catalogue=CATALOGUE,
        carriers="""
          type Item @key(fields: "sku") {
            sku: ID! weight(unit: String): Int @external
            fee: Int @requires(fields: "weight(unit: \\"kg\\")")
            levy: Int @requires(fields: "weight(unit: \\"lb\\")") }
        """,
    )

    assert graph.plan_text("{ item { fee levy } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        item {
          sku
          weight(unit: "kg")
          _i0_weight: weight(unit: "lb")
        }
      }
    }
    Fetch #1 "carriers" after #0 {
      _e0 of item
        * as Item { sku weight }
      _e1 of item
        * as Item { sku weight from _i0_weight }
      query ($representations0: [_Any!]!, $representations1: [_Any!]!) {
        _e0: _entities(representations: $representations0) {
          ... on Item {
            fee
          }
        }
        _e1: _entities(representations: $representations1) {
          ... on Item {
            levy
          }
        }
      }
    }
  }
}\
""")


def test_inputs_below_an_entity_of_a_third_subgraph() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { order: Order }
          type Order @key(fields: "id") { id: ID! site: Site }
          type Site @key(fields: "code") { code: ID! }
        """,
        sites='type Site @key(fields: "code") { code: ID! country: String }',
        taxes="""
          type Order @key(fields: "id") {
            id: ID! site: Site @external rate: Int @requires(fields: "site { country }") }
          type Site @key(fields: "code") { code: ID! country: String @external }
        """,
    )

    assert graph.plan_text("{ order { rate } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "orders" {
      {
        order {
          id
          site {
            code
          }
        }
      }
    }
    Fetch #1 "sites" after #0 {
      _entities of order.site
        * as Site { code }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Site {
            country
          }
        }
      }
    }
    Fetch #2 "taxes" after #1 {
      _entities of order
        * as Order { id site { country } }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Order {
            rate
          }
        }
      }
    }
  }
}\
""")


def test_inputs_of_an_interface_are_sent_with_their_type() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { order: Order }
          type Order @key(fields: "id") { id: ID! payment: Payment }
          interface Payment { amount: Int }
          type Card implements Payment { amount: Int @shareable network: String @shareable }
          type Voucher implements Payment { amount: Int @shareable code: String @shareable }
        """,
        fees="""
          type Order @key(fields: "id") {
            id: ID! payment: Payment @external
            fee: Int @requires(fields: "payment { amount ... on Card { network } }") }
          interface Payment { amount: Int }
          type Card implements Payment {
            amount: Int @shareable @external network: String @shareable @external }
          type Voucher implements Payment { amount: Int @shareable @external }
        """,
    )

    assert graph.plan_text("{ order { fee } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "orders" {
      {
        order {
          id
          payment {
            __typename
            amount
            ... on Card {
              network
            }
          }
        }
      }
    }
    Fetch #1 "fees" after #0 {
      _entities of order
        * as Order { id payment { __typename amount ... on Card { network } } }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Order {
            fee
          }
        }
      }
    }
  }
}\
""")


def test_two_subgraphs_that_require_each_other_are_asked_in_turn() -> None:
    graph = FederatedGraph(
        a="""
          type Query { item: Item }
          type Item @key(fields: "sku") {
            sku: ID! base: Int total: Int @requires(fields: "tax") tax: Int @external }
        """,
        b="""
          type Item @key(fields: "sku") {
            sku: ID! base: Int @external tax: Int @requires(fields: "base") }
        """,
    )

    assert graph.plan_text("{ item { total } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "a" {
      {
        item {
          sku
          base
        }
      }
    }
    Fetch #1 "b" after #0 {
      _entities of item
        * as Item { sku base }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            tax
          }
        }
      }
    }
    Fetch #2 "a" after #1 {
      _entities of item
        * as Item { sku tax }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            total
          }
        }
      }
    }
  }
}\
""")
