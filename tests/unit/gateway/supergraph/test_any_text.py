"""Whatever is done to a supergraph: it can be planned over, or is refused with a reason."""

import re
from contextlib import suppress

from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import InvalidSupergraph, OperationTooComplex, Unplannable
from gateway.planning.snapshot import Snapshot, build_snapshot
from tests.support.every_field import operations
from tests.support.federated_graph import FederatedGraph

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",
  "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@tag",
  "@interfaceObject", "@context", "@fromContext", "@authenticated"])
"""
GOOD = FederatedGraph(
    media=LINK
    + """
      type Query {
        item(id: ID! = "1", filter: Filter): Item any: Any media: Media size: Size stall: Stall }
      type Stall @context(name: "stall") { currency: String! offer: Offer }
      type Offer @key(fields: "id") {
        id: ID! price(in: String @fromContext(field: "$stall { currency }")): Int }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Item implements Media @key(fields: "id") @key(fields: "maker { code }") {
        id: ID! title: String maker: Maker @provides(fields: "name") weight(in: Unit = KG): Float }
      type Maker @key(fields: "code") { code: ID! name: String @external }
      union Any = Item | Maker
      enum Unit { KG G } enum Size { S M }
      input Filter { size: Size = S text: String @tag(name: "t") }""",
    shops=LINK
    + """
      type Item @key(fields: "id") { id: ID! weight(in: Unit = KG): Float @external
        title: String @override(from: "media", label: "percent(5)")
        postage: Int @requires(fields: "weight(in: G)") @authenticated }
      type Maker @key(fields: "code") { code: ID! name: String @shareable
        secret: Int @inaccessible }
      type Mutation { like(id: ID!): Item }
      enum Unit { KG G }""",
    views=LINK
    + """
      type Media @key(fields: "id") @interfaceObject { id: ID! views: Int @inaccessible likes: Int }
      type Query { top: Media }""",
).supergraph
_TOKEN = re.compile(r'"""[^"]*"""|"(?:\\.|[^"\n])*"|[@$]?[A-Za-z_]\w*|\S')
_PUT_IN = (
    "5",
    "true",
    "NOPE",
    '"nope"',
    '"id {"',
    '"id"',
    '"views"',
    '"maker"',
    '"... on Gone { id }"',
    '"... f"',
    '"x: id @skip(if: $y)"',
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    ":",
    "null",
    "SHOPS",
    "Item",
    "Media",
    "Filter",
    "Unit",
    "@inaccessible",
    "@join__field",
    "@join__field(graph: SHOPS, external: true)",
    '@join__type(graph: SHOPS, key: "id title")',
    "@join__type(graph: VIEWS, isInterfaceObject: true)",
)
_TOKENS = _TOKEN.findall(GOOD)
_ARGUMENTS = [
    place
    for place in range(_TOKENS.index("join__Graph", _TOKENS.index("enum")), len(_TOKENS) - 9)
    if _TOKENS[place + 1] == ":" and _TOKENS[place - 1] in {"(", ",", "{"}
]
_FIELD_SETS = [
    place for place in _ARGUMENTS if re.search(r'"(id|code|maker|weight)', _TOKENS[place + 2])
]


@st.composite
def changed_texts(draw: st.DrawFn) -> str:
    """The text without an argument, with another literal, or with any token moved or changed."""
    tokens = list(_TOKENS)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(_TOKENS) - 9))
        match draw(st.sampled_from(("argument", "literal", "field set", "take", "put", "swap"))):
            case "argument":
                first = draw(st.sampled_from(_ARGUMENTS))
                del tokens[first : first + 3]
            case "literal":
                tokens[draw(st.sampled_from(_ARGUMENTS)) + 2] = draw(st.sampled_from(_PUT_IN))
            case "field set":
                place = draw(st.sampled_from(_FIELD_SETS)) + 2
                tokens[place] = re.sub(r"\b(id|code|weight)\b", "gone", tokens[place])
            case "take":
                del tokens[place]
            case "put":
                tokens.insert(place, draw(st.sampled_from(_PUT_IN)))
            case _:
                tokens[place] = draw(st.sampled_from(tokens))
    return "\n".join(tokens)


def test_the_unchanged_text_can_be_planned_over() -> None:
    assert planned(build_snapshot("\n".join(_TOKENS))) > 30


@settings(max_examples=100, deadline=None)
@given(changed_texts())
def test_it_can_be_planned_over_or_is_refused_with_a_reason(text: str) -> None:
    with suppress(InvalidSupergraph):
        planned(build_snapshot(text))


def planned(snapshot: Snapshot) -> int:
    """Plan an operation for every field, with and without the label; tells how many have a plan."""
    count = 0
    for operation in operations(snapshot.public_schema, 60):
        document = parse(operation)
        if validate(snapshot.public_schema, document):
            continue
        for labels in (frozenset[str](), frozenset({"percent(5)"})):
            with suppress(Unplannable, OperationTooComplex):
                snapshot.planner.plan(document, None, labels)
                count += 1
    return count
