"""Arguments that a subgraph takes from a context are no business of clients."""

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import build_snapshot

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",
  "@shareable", "@context", "@fromContext"])
"""
USER = """type Query { user: User! }
type User @key(fields: "id") @context(name: "who") { id: ID! locale: String! card: Card! }
type Card @key(fields: "id") {
  id: ID!
  text(of: Int, locale: String @fromContext(field: "$who { locale }")): String! @shareable
}
"""


def supergraph(**sdls: str) -> str:
    return compose(
        [SubgraphDefinition(name, f"http://{name}", LINK + sdl) for name, sdl in sdls.items()]
    )


def test_a_context_is_named_after_its_subgraph_and_told_where_it_is_used() -> None:
    text = supergraph(**{"user-svc": USER})

    assert '@link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)' in text
    assert '@link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)' in text
    assert "contextArguments: [join__ContextArgument!]" in text
    assert "input join__ContextArgument" in text
    assert '@context(name: "user-svc__who")' in text
    assert (
        "text(of: Int): String! @join__field(graph: USER_SVC, contextArguments: "
        '[{context: "user-svc__who", name: "locale", type: "String", selection: " { locale }"}])'
    ) in text


def test_an_argument_from_a_context_is_hidden_wherever_it_is_declared() -> None:
    text = supergraph(
        one=USER,
        two="""type Query { other: Int } type Card @key(fields: "id") {
          id: ID! text(of: Int, locale: String): String! @shareable }""",
    )

    assert "text(of: Int): String!" in text
    card = build_snapshot(text).public_schema.type_map["Card"]
    assert list(card.fields["text"].args) == ["of"]  # type: ignore[attr-defined]


def test_a_graph_without_contexts_links_nothing_of_them() -> None:
    text = supergraph(one="type Query { a: Int }")

    assert '@link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)' in text
    assert "context" not in text
