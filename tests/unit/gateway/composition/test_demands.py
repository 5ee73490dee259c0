"""What clients must have for an element is what all subgraphs ask for, together."""

import pytest

from gateway.composition.access import Access
from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",
  "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])
"""
GUARDED = "on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"


def supergraph(**sdls: str) -> str:
    return compose(
        [SubgraphDefinition(name, f"http://{name}", LINK + sdl) for name, sdl in sdls.items()]
    )


def test_demands_are_linked_for_security_and_written_where_they_stand() -> None:
    text = supergraph(
        one="""type Query { a: A @authenticated b: E c: S }
        type A @policy(policies: [["p", "q"], ["r"]]) { x: Int @requiresScopes(scopes: [["s"]]) }
        enum E @authenticated { V } scalar S @requiresScopes(scopes: ["t"])"""
    )

    for name in ("authenticated", "requiresScopes", "policy"):
        link = f'@link(url: "https://specs.apollo.dev/{name}/v0.1", for: SECURITY)'
        assert link in text
    assert f"directive @authenticated {GUARDED}" in text
    assert f"directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) {GUARDED}" in text
    assert f"directive @policy(policies: [[policy__Policy!]!]!) {GUARDED}" in text
    assert "scalar requiresScopes__Scope" in text
    assert "scalar policy__Policy" in text
    assert "a: A @authenticated" in text
    assert '@policy(policies: [["p", "q"], ["r"]])' in text
    assert 'x: Int @requiresScopes(scopes: [["s"]])' in text
    assert "enum E\n  @join__type(graph: ONE)\n  @authenticated" in text
    assert 'scalar S\n  @join__type(graph: ONE)\n  @requiresScopes(scopes: [["t"]])' in text


def test_whoever_reads_a_shared_field_needs_what_each_subgraph_asks_for() -> None:
    text = supergraph(
        one='type Query { a: Int @shareable @requiresScopes(scopes: [["x", "y"], ["z"]]) }',
        two="""type Query { a: Int @shareable @authenticated
          @requiresScopes(scopes: [["u"], ["y"]]) }""",
    )

    scopes = '@requiresScopes(scopes: [["x", "y"], ["u", "z"], ["y", "z"]])'
    assert f"a: Int @authenticated {scopes}" in text


def test_what_nobody_may_read_in_one_subgraph_nobody_may_read() -> None:
    text = supergraph(
        one="type Query { a: Int @shareable @requiresScopes(scopes: []) }",
        two='type Query { a: Int @shareable @requiresScopes(scopes: [["x"]]) }',
    )

    assert "a: Int @requiresScopes(scopes: [])" in text


def test_an_interface_asks_for_what_any_of_its_types_asks() -> None:
    text = supergraph(
        one="""type Query { i: I } interface I { a: Int b: Int }
        type A implements I { a: Int @requiresScopes(scopes: [["x"]]) b: Int }
        type B implements I @authenticated { a: Int @requiresScopes(scopes: [["z"]]) b: Int }"""
    )

    assert (
        """interface I
  @join__type(graph: ONE)
  @authenticated
{
  a: Int @requiresScopes(scopes: [["x", "z"]])
  b: Int
}"""
        in text
    )


def test_what_an_interface_object_asks_is_asked_on_every_type() -> None:
    text = supergraph(
        one="""type Query { i: I } interface I @key(fields: "id") { id: ID! a: Int }
        type A implements I @key(fields: "id") { id: ID! a: Int @authenticated }""",
        two="""type I @interfaceObject @key(fields: "id") {
          id: ID! z: Int @policy(policies: [["p"]]) }""",
    )

    assert text.count("a: Int @join__field(graph: ONE) @authenticated") == 1
    assert text.count("a: Int @authenticated") == 1
    assert 'z: Int @join__field(graph: TWO) @policy(policies: [["p"]])' in text
    assert 'z: Int @join__field @policy(policies: [["p"]])' in text


@pytest.mark.parametrize(
    ("mine", "other", "covers"),
    [
        (Access(), Access(), True),
        (Access(authenticated=True), Access(), True),
        (Access(), Access(authenticated=True), False),
        (Access(scopes=(("x", "z"), ("y",))), Access(scopes=(("x",), ("y",))), True),
        (Access(scopes=(("x",), ("w",))), Access(scopes=(("x",), ("y",))), False),
        (Access(scopes=()), Access(scopes=(("x",),)), True),
        (Access(policies=(("x",),)), Access(scopes=(("x",),)), False),
        (Access(), Access(scopes=()), False),
        (Access(scopes=(("x",),)), Access(scopes=()), False),
    ],
)
def test_one_demand_covers_another(mine: Access, other: Access, covers: bool) -> None:
    assert mine.covers(other) is covers
