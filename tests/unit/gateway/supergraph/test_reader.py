import pytest

from gateway.errors import InvalidSupergraph
from gateway.supergraph.model import ContextArgument, Key, OutputType, TypeKind
from gateway.supergraph.reader import read_supergraph

HEAD = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph {
  ONE @join__graph(name: "one", url: "http://one")
  TWO @join__graph(name: "two", url: "http://two") }
"""


def test_each_subgraph_has_its_own_view_of_a_type() -> None:
    supergraph = read_supergraph(
        HEAD
        + """
        type Query @join__type(graph: ONE) @join__type(graph: TWO) {
          a: A @join__field(graph: ONE, provides: "x") }
        type A @join__type(graph: ONE, key: "id", extension: true)
          @join__type(graph: TWO, key: "id") @join__type(graph: TWO, key: "x", resolvable: false) {
          id: ID!
          x: String
            @join__field(graph: ONE, external: true)
            @join__field(graph: TWO, type: "String!")
          y: [Int!]! @join__field(graph: ONE, requires: "x")
          z: Int @join__field(graph: TWO, override: "one") }
        """
    )
    one, two = supergraph.subgraphs["one"], supergraph.subgraphs["two"]

    assert (one.graph, one.url) == ("ONE", "http://one")
    assert one.types["A"].is_extension
    assert two.types["A"].keys == (Key("id"), Key("x", resolvable=False))
    assert one.types["A"].fields["x"].external
    assert two.types["A"].fields["x"].type == OutputType("String!", "String", 0)
    assert one.types["A"].fields["y"].requires == "x"
    assert one.types["A"].fields["y"].type == OutputType("[Int!]!", "Int", 1)
    assert one.types["Query"].fields["a"].provides == "x"
    assert "z" not in one.types["A"].fields
    assert two.types["Query"].fields == {}


def test_members_and_implementations_are_read_per_subgraph() -> None:
    supergraph = read_supergraph(
        HEAD
        + """
        type Query @join__type(graph: ONE) { a: Int }
        interface I
          @join__type(graph: ONE)
          @join__type(graph: TWO, key: "id", isInterfaceObject: true) { id: ID! }
        type A implements I @join__type(graph: ONE) @join__type(graph: TWO)
          @join__implements(graph: ONE, interface: "I") { id: ID! }
        type B @join__type(graph: TWO) { id: ID! }
        union U @join__type(graph: ONE) @join__type(graph: TWO)
          @join__unionMember(graph: ONE, member: "A")
          @join__unionMember(graph: TWO, member: "A")
          @join__unionMember(graph: TWO, member: "B") = A | B
        """
    )
    one, two = supergraph.subgraphs["one"], supergraph.subgraphs["two"]

    assert one.types["I"].runtime_types == {"A"}
    assert one.types["U"].runtime_types == {"A"}
    assert two.types["U"].runtime_types == {"A", "B"}
    assert two.types["I"].is_interface_object
    assert two.types["I"].kind is TypeKind.OBJECT


def test_renamed_specifications_are_followed() -> None:
    supergraph = read_supergraph(
        """
        schema @link(url: "https://specs.apollo.dev/link/v1.0")
          @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION, as: "j")
          @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY,
            import: [{name: "@inaccessible", as: "@hidden"}]) { query: Query }
        enum j__Graph { ONE @j__graph(name: "one", url: "http://one") }
        type Query @j__type(graph: ONE, key: "a") { a: Int @hidden }
        """
    )

    assert supergraph.inaccessible == "hidden"
    assert supergraph.subgraphs["one"].types["Query"].keys == (Key("a"),)


@pytest.mark.parametrize(
    ("sdl", "reason"),
    [
        ("type Query {", "does not parse"),
        ("type Query { a: Int }", "no enum join__Graph"),
        (
            """schema @link(url: "https://example.org/quota/v1.0", for: SECURITY) { query: Query }
            enum join__Graph { ONE @join__graph(name: "one", url: "") } type Query { a: Int }""",
            "quota",
        ),
    ],
)
def test_what_cannot_be_served_is_refused_with_a_reason(sdl: str, reason: str) -> None:
    with pytest.raises(InvalidSupergraph, match=reason):
        read_supergraph(sdl)


def test_fields_taken_over_little_by_little_are_in_both_subgraphs() -> None:
    supergraph = read_supergraph(
        HEAD.replace("v0.3", "v0.5")
        + """
        type Query @join__type(graph: ONE) @join__type(graph: TWO) { a: A }
        type A @join__type(graph: ONE, key: "id") @join__type(graph: TWO, key: "id") {
          id: ID!
          price: Int @join__field(graph: ONE, override: "two", overrideLabel: "percent(30)")
            @join__field(graph: TWO, overrideLabel: "percent(30)") }
        """
    )
    new = supergraph.subgraphs["one"].types["A"].fields["price"]
    old = supergraph.subgraphs["two"].types["A"].fields["price"]

    assert (new.override_label, new.takes_over, new.replaced) == ("percent(30)", True, False)
    assert (old.override_label, old.takes_over, old.replaced) == ("percent(30)", False, False)


def test_arguments_from_a_context_are_read_with_the_types_that_set_it() -> None:
    supergraph = read_supergraph(
        HEAD.replace("v0.3", "v0.5").replace(
            "{ query",
            '@link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY) { query',
        )
        + """
        type Query @join__type(graph: ONE) { a: A b: B }
        type A @join__type(graph: ONE, key: "id") @context(name: "one__money")
          @context(name: "one__other") { id: ID! b: B }
        type B @join__type(graph: ONE, key: "id") @context(name: "one__money") {
          id: ID!
          price: Int @join__field(graph: ONE, contextArguments: [
            {context: "one__money", name: "in", type: "String!", selection: " { id }"}]) }
        """
    )

    assert supergraph.contexts == {"one__money": ("A", "B"), "one__other": ("A",)}
    assert supergraph.subgraphs["one"].types["B"].fields["price"].context_arguments == (
        ContextArgument("in", "String!", "one__money", " { id }"),
    )
