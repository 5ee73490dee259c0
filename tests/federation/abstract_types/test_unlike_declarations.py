from tests.support.served_graph import Held, ServedGraph


async def test_a_field_may_be_an_object_here_and_a_union_there() -> None:
    served = ServedGraph(
        films=Held(
            """
              type Query { best: Work @shareable film: Film @shareable }
              union Work = Film
              type Film { title: String @shareable minutes: Int }
            """,
            roots={
                "best": {"__typename": "Film", "title": "Salt", "minutes": 90},
                "film": {"title": "Salt", "minutes": 90},
            },
        ),
        books=Held(
            """
              type Query { best: Work @shareable book: Book }
              union Work = Film | Book
              type Film { title: String @shareable }
              type Book { pages: Int }
            """,
            roots={
                "best": {"__typename": "Film", "title": "Salt"},
                "book": {"pages": 9},
            },
        ),
    )

    shown = await served.show("{ best { ... on Film { title minutes } ... on Book { pages } } }")

    assert not shown.errors
    assert shown.data == {"best": {"title": "Salt", "minutes": 90}}
