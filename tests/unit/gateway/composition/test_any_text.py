"""Whatever is done to a text: it composes to what can be served, or is told with code and place."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import build_snapshot

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key",
  "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@tag",
  "@interfaceObject"])
"""
TEXTS = (
    LINK
    + """type Query { item(id: ID! = "1", filter: Filter): Item any: Any media: Media e: Size }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Item implements Media @key(fields: "id") @key(fields: "maker { code }") {
      id: ID! title: String maker: Maker @provides(fields: "name") weight(in: Unit = KG): Float }
    type Maker @key(fields: "code") { code: ID! name: String @external }
    union Any = Item | Maker
    enum Unit { KG G } enum Size { S M }
    input Filter { size: Size = S text: String @tag(name: "t") }""",
    LINK
    + """type Item @key(fields: "id") { id: ID! weight(in: Unit = KG): Float @external
      postage: Int @requires(fields: "weight(in: G)") }
    type Maker @key(fields: "code") { code: ID! name: String @shareable }
    type Mutation { like(id: ID!): Item }
    enum Unit { KG G }""",
    LINK
    + """type Media @key(fields: "id") @interfaceObject {
      id: ID! views: Int @inaccessible likes: Int }
    type Query { top: Media }""",
)
_TOKEN = re.compile(r'"(?:\\.|[^"\n])*"|@?[A-Za-z_]\w*|\S')
_PUT_IN = (
    "@external",
    "@inaccessible",
    "@interfaceObject",
    "@shareable",
    "@override",
    '@override(from: "two")',
    '@override(from: "one", label: "percent(5)")',
    "@key(fields: 3)",
    '@key(fields: "id { id }")',
    '@requires(fields: "")',
    '@provides(fields: "title {")',
    "@tag(name: 1)",
    "!",
    "[",
    "{",
    "}",
    "Query",
    "Int",
    "id",
    "extend",
    "interface",
    "= 3",
    ": Gone",
)


@st.composite
def changed_texts(draw: st.DrawFn) -> list[str]:
    """The texts after a few tokens were taken out, put in, or put in another's place."""
    texts = [_TOKEN.findall(text) for text in TEXTS]
    for _ in range(draw(st.integers(1, 3))):
        tokens = draw(st.sampled_from(texts))
        place = draw(st.integers(0, len(tokens) - 1))
        match draw(st.sampled_from(("take", "put", "swap"))):
            case "take":
                del tokens[place]
            case "put":
                tokens.insert(place, draw(st.sampled_from(_PUT_IN)))
            case _:
                tokens[place] = draw(st.sampled_from(tokens))
    return [" ".join(tokens) for tokens in texts]


def test_the_unchanged_texts_compose() -> None:
    assert "Media" in build_snapshot(composed(list(TEXTS))).public_schema.type_map


@settings(max_examples=60, deadline=None)
@given(changed_texts())
def test_it_composes_to_what_can_be_served_or_is_told_with_code_and_place(
    texts: list[str],
) -> None:
    for problem in problems(texts):
        assert problem.code
        assert problem.code == "NO_QUERIES" or problem.places, problem


def problems(texts: list[str]) -> tuple[Problem, ...]:
    """Give those found, at least one of them; none if the supergraph can be served."""
    try:
        build_snapshot(composed(texts))
    except DoesNotCompose as error:
        return error.problems or (Problem("", "found none, and does not compose either"),)
    return ()


def composed(texts: list[str]) -> str:
    return compose(
        [
            SubgraphDefinition(name, f"http://{name}", text)
            for name, text in zip(("one", "two", "three"), texts, strict=True)
        ]
    )
