from inline_snapshot import snapshot

from tests.support.federated_graph import FederatedGraph


def test_an_interface_field_that_all_types_have_here_is_asked_as_it_is() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { stops: [Stop] }
          interface Stop { id: ID! }
          type Shop implements Stop @key(fields: "id") { id: ID! name: String }
          type Locker implements Stop @key(fields: "id") { id: ID! }
        """,
    )

    assert graph.plan_text("{ stops { id ... on Shop { name } } }") == snapshot("""\
QueryPlan {
  Fetch #0 "orders" {
    {
      stops {
        __typename
        id
        ... on Shop {
          name
        }
      }
    }
  }
}\
""")


def test_an_interface_field_that_is_elsewhere_is_fetched_type_by_type_in_one_call() -> None:
    graph = FederatedGraph(
        orders="""
          type Query { stops: [Stop] }
          interface Stop { id: ID! }
          type Shop implements Stop @key(fields: "id") { id: ID! }
          type Locker implements Stop @key(fields: "id") { id: ID! }
        """,
        sites="""
          interface Stop { city: String }
          type Shop implements Stop @key(fields: "id") { id: ID! city: String }
          type Locker implements Stop @key(fields: "id") { id: ID! city: String }
        """,
    )

    assert graph.plan_text("{ stops { city } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "orders" {
      {
        stops {
          __typename
          ... on Locker {
            id
          }
          ... on Shop {
            id
          }
        }
      }
    }
    Fetch #1 "sites" after #0 {
      _entities of stops[]
        Locker { id }
        Shop { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Locker {
            city
          }
          ... on Shop {
            city
          }
        }
      }
    }
  }
}\
""")


def test_each_member_of_a_union_is_completed_where_it_lives() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: [Found] }
          union Found = Item | Shop
          type Item @key(fields: "sku") { sku: ID! }
          type Shop @key(fields: "id") { id: ID! }
        """,
        catalogue='type Item @key(fields: "sku") { sku: ID! name: String }',
        sites='type Shop @key(fields: "id") { id: ID! city: String }',
    )

    operation = "{ found { __typename ... on Item { name } ... on Shop { city } } }"
    assert graph.plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "search" {
      {
        found {
          __typename
          ... on Item {
            sku
          }
          ... on Shop {
            id
          }
        }
      }
    }
    Parallel {
      Fetch #1 "catalogue" after #0 {
        _entities of found[]
          Item { sku }
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Item {
              name
            }
          }
        }
      }
      Fetch #2 "sites" after #0 {
        _entities of found[]
          Shop { id }
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Shop {
              city
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_fragment_on_a_type_the_subgraph_never_returns_is_left_out() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: Found }
          union Found = Item
          type Item @key(fields: "sku") { sku: ID! }
        """,
        sites="""
          union Found = Shop
          type Shop @key(fields: "id") { id: ID! city: String }
        """,
    )

    plan = graph.plan("{ found { ... on Shop { city } } }")
    assert [fetch.operation for fetch in plan.fetches] == ["{ found { __typename } }"]


def test_a_fragment_on_an_interface_unknown_here_becomes_fragments_on_its_types() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: [Found] }
          union Found = Item | Shop
          type Item @key(fields: "sku") { sku: ID! name: String @shareable }
          type Shop @key(fields: "id") { id: ID! }
        """,
        catalogue="""
          interface Named { name: String }
          type Item implements Named @key(fields: "sku") { sku: ID! name: String @shareable }
        """,
    )

    plan = graph.plan("{ found { ... on Named { name } } }")
    assert [fetch.operation for fetch in plan.fetches] == [
        "{ found { __typename ... on Item { name } } }"
    ]


def test_objects_below_a_fragment_are_found_by_their_type() -> None:
    graph = FederatedGraph(
        search="""
          type Query { found: [Found] }
          union Found = Item | Shop
          type Item @key(fields: "sku") { sku: ID! owner: Brand }
          type Shop @key(fields: "id") { id: ID! owner: Company }
          type Brand @key(fields: "code") { code: ID! }
          type Company @key(fields: "code") { code: ID! }
        """,
        brands='type Brand @key(fields: "code") { code: ID! label: String }',
    )

    operation = "{ found { ... on Item { owner { label } } ... on Shop { of: owner { code } } } }"
    assert graph.plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "search" {
      {
        found {
          __typename
          ... on Item {
            owner {
              code
            }
          }
          ... on Shop {
            of: owner {
              code
            }
          }
        }
      }
    }
    Fetch #1 "brands" after #0 {
      _entities of found[]{Item}.owner
        * as Brand { code }
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
