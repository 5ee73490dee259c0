"""How one element that several subgraphs declare is written in the supergraph."""

import pytest

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from tests.support.federated_graph import linked

MY = """extend schema @link(url: "https://example.com/my/v1.{minor}", import: ["@my"])
  @federation__composeDirective(name: "@my")
directive @my(a: Int) {repeatable} on FIELD_DEFINITION
"""


def supergraph(**sdls: str) -> str:
    return compose(
        [SubgraphDefinition(name, f"http://{name}", linked(sdl)) for name, sdl in sdls.items()]
    )


def test_a_field_taken_over_by_label_says_the_label_on_both_sides() -> None:
    text = supergraph(
        old='type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int }',
        new="""type Item @key(fields: "id") {
          id: ID! price: Int @override(from: "old", label: "percent(5)") }""",
    )

    assert '@link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)' in text
    assert 'price: Int @join__field(graph: OLD, overrideLabel: "percent(5)")' in text
    assert '@join__field(graph: NEW, override: "old", overrideLabel: "percent(5)")' in text


def test_nothing_is_taken_over_from_a_subgraph_without_the_field() -> None:
    text = supergraph(
        old="type Query { a: Int }", new='type Query { b: Int @override(from: "old") }'
    )

    assert "b: Int @join__field(graph: NEW)" in text


def test_the_description_that_most_subgraphs_give_is_taken() -> None:
    first, other = '"""one"""', '"""two"""'
    text = supergraph(
        one=f"type Query {{ {first} a: Int @shareable }}",
        two=f"type Query {{ {other} a: Int @shareable }}",
        three=f"type Query {{ {other} a: Int @shareable }}",
    )

    assert f"{other}\n  a: Int" in text


def test_what_stands_on_an_external_field_describes_nothing() -> None:
    text = supergraph(
        one='type Query { a: A } type A @key(fields: "id") { id: ID! b: Int }',
        two="""type A @key(fields: "id") {
          id: ID! "theirs" b: Int @external c: Int @requires(fields: "b") }""",
    )

    assert "theirs" not in text


@pytest.mark.parametrize(
    ("repeatable", "written"), [("", "@my(a: 1)"), ("repeatable", "@my(a: 1) @my(a: 2)")]
)
def test_a_directive_stands_as_often_as_it_may(repeatable: str, written: str) -> None:
    text = supergraph(
        one=MY.format(minor=0, repeatable=repeatable)
        + """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
        type Query { a: Int @federation__shareable @my(a: 1) }""",
        two=MY.format(minor=3, repeatable=repeatable)
        + """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
        type Query { a: Int @federation__shareable @my(a: 2) }""",
    )

    assert f"a: Int {written}\n" in text
    assert '@link(url: "https://example.com/my/v1.3", import: ["@my"])' in text
    assert 'v1.0", import' not in text


def test_a_directive_that_is_not_imported_is_linked_under_the_name_it_has() -> None:
    text = supergraph(
        one="""extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
          @link(url: "https://example.com/my/v1.0") @federation__composeDirective(name: "@my__own")
        directive @my__own on FIELD_DEFINITION
        type Query { a: Int @my__own }"""
    )

    assert 'import: [{name: "@own", as: "@my__own"}]' in text


def test_clients_may_use_the_directives_that_every_subgraph_knows() -> None:
    text = supergraph(
        one="""type Query { a: Int } directive @both(x: Int, y: Int) repeatable on FIELD | QUERY
        directive @mine on FIELD""",
        two="type Query { b: Int } directive @both(x: Int!) on FIELD",
    )

    assert "directive @both(x: Int!) on FIELD\n" in text
    assert "@mine" not in text


def test_key_fields_of_an_extension_belong_to_it() -> None:
    text = supergraph(
        one='type Query { a: A } type A @key(fields: "id") { id: ID! b: Int }',
        two='extend type A @key(fields: "id") { id: ID! @external c: Int }',
    )

    assert "  id: ID!\n" in text


def test_federation_1_forgets_what_it_does_not_need() -> None:
    text = compose(
        [
            SubgraphDefinition(
                "one",
                "http://one",
                """type Query { a: A i: I } type A @key(fields: "id") { id: ID! b: Int }
                interface I @key(fields: "id") { id: ID! }
                type B implements I @key(fields: "id") { id: ID! }""",
            ),
            SubgraphDefinition(
                "two",
                "http://two",
                """extend type A @key(fields: "id") {
                  id: ID! @external b: Int c: Int @requires(fields: "b") x: Int @external }""",
            ),
        ]
    )

    assert "c: Int @join__field(graph: TWO)" in text
    assert "interface I\n  @join__type(graph: ONE)\n" in text
    assert "x: Int" not in text
