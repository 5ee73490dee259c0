from inline_snapshot import snapshot

from tests.support.federated_graph import FederatedGraph

MEDIA = """
  type Query { media: [Media] }
  interface Media @key(fields: "id") { id: ID! title: String }
  type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
  type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }
"""
RATINGS = """
  type Query { best: [Media] }
  type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
"""


def test_a_field_of_an_interface_object_is_fetched_under_the_interfaces_name() -> None:
    graph = FederatedGraph(media=MEDIA, ratings=RATINGS)

    assert graph.plan_text("{ media { title stars } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "media" {
      {
        media {
          __typename
          title
          id
        }
      }
    }
    Fetch #1 "ratings" after #0 {
      _entities of media[]
        Book | Film as Media { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Media {
            stars
          }
        }
      }
    }
  }
}\
""")


def test_the_real_type_is_only_looked_up_when_it_is_asked_for() -> None:
    graph = FederatedGraph(media=MEDIA, ratings=RATINGS)

    assert [fetch.subgraph for fetch in graph.plan("{ best { stars } }").fetches] == ["ratings"]
    assert graph.plan_text("{ best { __typename stars } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "ratings" {
      {
        best {
          id
          stars
        }
      }
    }
    Fetch #1 "media" after #0 {
      _entities of best[]
        * as Media { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Media {
            __typename
          }
        }
      }
    }
  }
}\
""")


def test_a_fragment_below_an_interface_object_goes_to_who_knows_the_types() -> None:
    graph = FederatedGraph(media=MEDIA, ratings=RATINGS)

    assert graph.plan_text("{ best { stars ... on Book { pages } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "ratings" {
      {
        best {
          stars
          id
        }
      }
    }
    Fetch #1 "media" after #0 {
      _entities of best[]
        * as Media { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Media {
            __typename
            ... on Book {
              pages
            }
          }
        }
      }
    }
  }
}\
""")


def test_inside_a_fragment_the_interface_objects_field_is_sent_by_its_type() -> None:
    graph = FederatedGraph(media=MEDIA, ratings=RATINGS)

    assert graph.plan_text("{ media { ... on Film { minutes stars } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "media" {
      {
        media {
          __typename
          ... on Film {
            minutes
            id
          }
        }
      }
    }
    Fetch #1 "ratings" after #0 {
      _entities of media[]
        Film as Media { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Media {
            stars
          }
        }
      }
    }
  }
}\
""")
