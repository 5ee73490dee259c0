import pytest
from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

ADA = {"__typename": "Person", "name": "Ada", "number": "p1"}


async def test_an_object_goes_from_key_to_key_until_it_is_where_the_field_is() -> None:
    served = ServedGraph(
        catalogue=Held(
            """
              type Query { books: [Book!] }
              type Book @key(fields: "isbn") { isbn: ID! title: String }
            """,
            roots={"books": [{"isbn": "i1", "title": "Reeds"}, {"isbn": "i2", "title": "Salt"}]},
        ),
        shelves=Held(
            """
              type Book @key(fields: "isbn") @key(fields: "place { hall shelf }") {
                isbn: ID! place: Place @shareable
              }
              type Place @shareable { hall: Int! shelf: Int! }
            """,
            entities={
                "Book": [
                    {"isbn": "i1", "place": {"hall": 1, "shelf": 7}},
                    {"isbn": "i2", "place": None},
                ]
            },
        ),
        lending=Held(
            """
              type Book @key(fields: "place { hall shelf }") {
                place: Place @shareable lentTo: String
              }
              type Place @shareable { hall: Int! shelf: Int! }
            """,
            entities={"Book": [{"place": {"hall": 1, "shelf": 7}, "lentTo": "Ada"}]},
        ),
    )

    shown = await served.show("{ books { title lentTo } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      {
        books {
          title
          isbn
        }
      }
    }
    Fetch #1 "shelves" after #0 {
      _entities of books[]
        * as Book { isbn }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Book {
            place {
              hall
              shelf
            }
          }
        }
      }
    }
    Fetch #2 "lending" after #1 {
      _entities of books[]
        * as Book { place { hall shelf } }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Book {
            lentTo
          }
        }
      }
    }
  }
}\
""")
    assert not shown.errors
    assert shown.data == {
        "books": [{"title": "Reeds", "lentTo": "Ada"}, {"title": "Salt", "lentTo": None}]
    }


async def test_a_key_that_is_not_resolvable_leads_nowhere_but_can_be_shown() -> None:
    served = ServedGraph(
        reviews=Held(
            """
              type Query { review: Review }
              type Review { of: Book }
              type Book @key(fields: "isbn", resolvable: false) { isbn: ID! }
            """,
            roots={"review": {"of": {"isbn": "i1"}}},
        ),
        catalogue=Held(
            'type Query { _: ID } type Book @key(fields: "isbn") { isbn: ID! title: String }',
            entities={"Book": [{"isbn": "i1", "title": "Reeds"}]},
        ),
    )

    shown = await served.show("{ review { of { isbn title } } }")

    assert shown.data == {"review": {"of": {"isbn": "i1", "title": "Reeds"}}}
    assert [name for name, _ in served.asked] == ["reviews", "catalogue"]


@pytest.mark.parametrize(
    "wider",
    [
        "interface Owner { name: String } type Person implements Owner",
        "union Owner = Person type Person",
    ],
)
async def test_a_key_is_read_with_the_types_of_its_subgraph(wider: str) -> None:
    served = ServedGraph(
        catalogue=Held(
            f"""
              type Query {{ book: Book }}
              type Book @key(fields: "isbn") {{ isbn: ID! owner: Owner! @shareable }}
              {wider} @shareable {{ name: String number: ID! }}
            """,
            roots={"book": {"isbn": "i1", "owner": ADA}},
        ),
        lending=Held(
            """
              type Book @key(fields: "owner { number }") { owner: Person! @shareable lent: Int }
              type Person @shareable { number: ID! }
            """,
            entities={"Book": [{"owner": ADA, "lent": 7}]},
        ),
    )

    shown = await served.show("{ book { owner { ... on Person { name } } lent } }")

    assert shown.data == {"book": {"owner": {"name": "Ada"}, "lent": 7}}
    assert shown.errors == ()
