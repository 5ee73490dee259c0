"""An object's field that others know as external, while an interface object has it for all."""

import pytest

from gateway.composition.problems import DoesNotCompose
from tests.support.served_graph import Held, ServedGraph

WORKS = Held(
    """
      type Query { works: [Work] }
      interface Work @key(fields: "id") { id: ID! }
      type Book implements Work @key(fields: "id") { id: ID! }
      type Film implements Work @key(fields: "id") { id: ID! }
    """,
    roots={"works": [{"__typename": "Book", "id": "1"}, {"__typename": "Film", "id": "2"}]},
)
STARS = Held(
    'type Work @key(fields: "id") @interfaceObject { id: ID! stars: Int }',
    entities={"Work": [{"id": "1", "stars": 4}, {"id": "2", "stars": 2}]},
)
SCORES = """
  type Book @key(fields: "id") {
    id: ID!
    stars: STARS @external
    score: String @requires(fields: "stars")
  }
"""


async def test_what_an_interface_object_has_is_sent_to_whom_requires_it() -> None:
    scores = Held(
        SCORES.replace("STARS", "Int"),
        entities={"Book": [{"id": "1", "score": lambda book: f"{book['stars']} of 5"}]},
    )
    served = ServedGraph(works=WORKS, stars=STARS, scores=scores)

    shown = await served.show("{ works { id ... on Book { score } } }")

    assert shown.data == {"works": [{"id": "1", "score": "4 of 5"}, {"id": "2"}]}
    assert [name for name, _ in served.asked] == ["works", "stars", "scores"]


async def test_an_interface_whose_object_names_the_field_as_external_asks_the_owner() -> None:
    works = Held(
        """
          type Query { works: [Work] }
          interface Work @key(fields: "id") { id: ID! stars: Int }
          type Book implements Work @key(fields: "id") { id: ID! stars: Int @external }
        """,
        roots={"works": [{"__typename": "Book", "id": "1", "stars": "POISON"}]},
    )

    shown = await ServedGraph(works=works, stars=STARS).show("{ works { stars } }")

    assert shown.data == {"works": [{"stars": 4}]}


def test_the_external_field_must_look_as_the_interface_object_has_it() -> None:
    with pytest.raises(DoesNotCompose) as caught:
        ServedGraph(works=WORKS, stars=STARS, scores=Held(SCORES.replace("STARS", "String")))

    [problem] = caught.value.problems
    assert problem.code == "EXTERNAL_TYPE_MISMATCH"
    told = "Book.stars is String where it is @external and Int where it is owned."
    assert problem.message == told
    assert [place.subgraph for place in problem.places] == ["scores", "stars"]
