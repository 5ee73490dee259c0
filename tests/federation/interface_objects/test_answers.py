from collections.abc import Mapping
from typing import Any

from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

MEDIA = Held(
    """
      type Query { media: [Media] }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
      type Film implements Media @key(fields: "id") { id: ID! title: String }
    """,
    roots={
        "media": [
            {"__typename": "Book", "id": "b", "title": "Reeds", "pages": 9},
            {"__typename": "Film", "id": "f", "title": "Salt"},
        ]
    },
    entities={
        "Media": [
            {"__typename": "Book", "id": "b", "title": "Reeds", "pages": 9},
            {"__typename": "Film", "id": "f", "title": "Salt"},
        ]
    },
)
REVIEWS = Held(
    """
      type Query { best: Media }
      type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
    """,
    roots={"best": {"id": "b", "stars": 5}},
    entities={"Media": [{"id": "b", "stars": 5}, {"id": "f", "stars": 3}]},
)


async def test_an_interface_object_adds_to_every_type_of_the_interface() -> None:
    served = ServedGraph(media=MEDIA, reviews=REVIEWS)

    shown = await served.show("{ media { __typename title stars } }")

    assert not shown.errors
    assert shown.data == {
        "media": [
            {"__typename": "Book", "title": "Reeds", "stars": 5},
            {"__typename": "Film", "title": "Salt", "stars": 3},
        ]
    }


async def test_what_all_types_give_is_not_sent_for_a_second_time_for_one_of_them() -> None:
    served = ServedGraph(media=MEDIA, reviews=REVIEWS)

    shown = await served.show("{ media { stars ... on Book { stars } } }")
    alone = await served.show("{ best { stars ... on Book { stars } } }")

    assert shown.data == {"media": [{"stars": 5}, {"stars": 3}]}
    assert shown.plan.count("_entities of media") == 1
    assert alone.data == {"best": {"stars": 5}}
    assert [name for name, _ in served.asked] == ["reviews"]


async def test_the_real_type_is_asked_of_who_knows_it_and_only_when_it_matters() -> None:
    served = ServedGraph(media=MEDIA, reviews=REVIEWS)

    shown = await served.show("{ best { stars } }")
    assert [name for name, _ in served.asked] == ["reviews"]

    shown = await served.show("{ best { __typename stars ... on Book { pages } } }")
    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "reviews" {
      {
        best {
          id
          stars
        }
      }
    }
    Fetch #1 "media" after #0 {
      _entities of best
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
    assert shown.data == {"best": {"__typename": "Book", "stars": 5, "pages": 9}}


def scored(sent: Mapping[str, Any]) -> str:
    if "title" not in sent:
        raise ValueError("No title was sent.")
    return f"About {sent['title']}"


SCORES = Held(
    """
      type Media @key(fields: "id") @interfaceObject {
        id: ID! title: String @external score: Int blurb: String! @requires(fields: "title")
      }
    """,
    entities={
        "Media": [
            {"id": "b", "score": 5, "blurb": scored},
            {"id": "f", "score": 3, "blurb": scored},
        ]
    },
)


async def test_no_type_is_asked_for_what_another_alone_sends_the_input_of() -> None:
    served = ServedGraph(media=MEDIA, scores=SCORES)

    shown = await served.show("{ media { ... on Book { blurb } ... on Film { score } } }")

    assert not shown.errors
    assert shown.data == {"media": [{"blurb": "About Reeds"}, {"score": 3}]}
    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "media" {
      {
        media {
          __typename
          ... on Book {
            id
            title
          }
          ... on Film {
            id
          }
        }
      }
    }
    Fetch #1 "scores" after #0 {
      _e0 of media[]
        Book as Media { id title }
      _e1 of media[]
        Film as Media { id }
      query ($representations0: [_Any!]!, $representations1: [_Any!]!) {
        _e0: _entities(representations: $representations0) {
          ... on Media {
            blurb
          }
        }
        _e1: _entities(representations: $representations1) {
          ... on Media {
            score
          }
        }
      }
    }
  }
}\
""")


async def test_types_that_send_and_ask_the_same_go_together() -> None:
    served = ServedGraph(media=MEDIA, scores=SCORES)

    shown = await served.show(
        "{ media { ... on Book { blurb score } ... on Film { score blurb } } }"
    )

    assert not shown.errors
    assert shown.data == {
        "media": [{"blurb": "About Reeds", "score": 5}, {"score": 3, "blurb": "About Salt"}]
    }
    assert [text.count("_entities") for _, text in served.asked] == [0, 1]
