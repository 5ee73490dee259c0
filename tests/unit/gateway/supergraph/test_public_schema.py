import pytest
from graphql import print_schema

from gateway.errors import InvalidSupergraph
from gateway.supergraph.public_schema import public_schema
from gateway.supergraph.reader import read_supergraph

HEAD = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/tag/v0.3") { query: Query }
directive @tag(name: String!) repeatable on FIELD_DEFINITION
directive @live on FIELD
enum join__Graph { ONE @join__graph(name: "one", url: "http://one") }
scalar link__Import
"""
SEEN = "type core__Corner { x: Int } type policy__Rule { x: Int }"


def public(body: str) -> str:
    return print_schema(public_schema(read_supergraph(HEAD + body)))


def test_machinery_is_gone_and_what_clients_use_stays() -> None:
    text = public(
        """
        "The start."
        type Query @join__type(graph: ONE) {
          a(x: Int = 1): Int @tag(name: "t") @deprecated(reason: "old") }
        input I @join__type(graph: ONE) @oneOf { p: Int q: Int }
        """
    )

    assert "join__" not in text
    assert "link__" not in text
    assert "@tag" not in text
    assert "directive @live on FIELD" in text
    assert '"""The start."""' in text
    assert 'a(x: Int = 1): Int @deprecated(reason: "old")' in text
    assert "input I @oneOf" in text


def test_hidden_types_leave_interfaces_and_unions() -> None:
    text = public(
        """
        type Query { u: U }
        union U = A | B
        interface I @inaccessible { x: Int }
        type A implements I { x: Int }
        type B @inaccessible { y: Int }
        """
    )

    assert "union U = A\n" in text
    assert "type A {" in text


@pytest.mark.parametrize(("kind", "name"), [("mutation", "Mutation"), ("subscription", "Live")])
def test_a_root_type_that_is_hidden_is_none_for_clients(kind: str, name: str) -> None:
    head = HEAD.replace("query: Query", f"query: Query {kind}: {name}")
    text = f"type Query {{ a: Int }} type {name} @inaccessible {{ b: Int }}"

    schema = public_schema(read_supergraph(head + text))

    assert schema.query_type
    assert schema.mutation_type is None
    assert schema.subscription_type is None
    assert name not in schema.type_map


def test_a_schema_with_nothing_left_is_refused() -> None:
    with pytest.raises(InvalidSupergraph, match="must define one or more fields"):
        public("type Query { a: Int @inaccessible }")


def test_a_type_that_is_named_like_a_feature_is_the_clients_own() -> None:
    schema = public_schema(
        read_supergraph(
            """
            schema @link(url: "https://specs.apollo.dev/link/v1.0")
              @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
              @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"])
              @link(url: "https://example.org/mood/v1.0", import: ["@mood", "Tone"])
              { query: Query }
            directive @mood(tone: Tone, deep: mood__Deep) on FIELD_DEFINITION | FIELD
            scalar Tone scalar mood__Deep
            enum join__Graph { ONE @join__graph(name: "one", url: "") }
            type Query @join__type(graph: ONE) { a: cost b: mood }
            type cost @join__type(graph: ONE) { a: Int @mood }
            type mood @join__type(graph: ONE) { a: Int }
            """
        )
    )

    assert {"cost", "mood"} <= set(schema.type_map)
    assert not {"Tone", "mood__Deep", "join__Graph"} & set(schema.type_map)
    assert schema.get_directive("mood") is None


def test_a_type_is_only_hidden_by_the_prefix_of_a_specification_that_is_linked() -> None:
    text = public("type Query { c: core__Corner  i: policy__Rule } " + SEEN)

    assert "type core__Corner" in text
    assert "type policy__Rule" in text


def test_who_shows_a_hidden_type_is_refused() -> None:
    with pytest.raises(InvalidSupergraph, match="Unknown type: 'tag__Colour'"):
        public("type Query { a: tag__Colour } type tag__Colour { x: Int }")
