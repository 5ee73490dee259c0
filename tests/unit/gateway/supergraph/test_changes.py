"""What would break the clients of an old supergraph."""

import pytest

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.supergraph.changes import changes_between
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from tests.support.federated_graph import linked


def supergraph(*sdls: str) -> Supergraph:
    definitions = [
        SubgraphDefinition(name, f"http://{name}", linked(sdl))
        for name, sdl in zip(("one", "two"), sdls, strict=False)
    ]
    return read_supergraph(compose(definitions))


def changes(old: str, new: str) -> list[str]:
    """The severity and the code of each change."""
    found = changes_between(supergraph(old), supergraph(new))
    return [f"{one.severity} {one.code}" for one in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a: Int b: Int", "a: Int", ["breaking FIELD_REMOVED"]),
        ("a: Int", "a: String", ["breaking FIELD_CHANGED_KIND"]),
        ("a: Int!", "a: Int", ["breaking FIELD_CHANGED_KIND"]),
        ("a: Int", "a: Int!", []),
        ("a(x: Int): Int", "a: Int", ["breaking ARG_REMOVED"]),
        ("a: Int", "a(x: Int!): Int", ["breaking REQUIRED_ARG_ADDED"]),
        ("a: Int", "a(x: Int! = 1): Int", ["dangerous OPTIONAL_ARG_ADDED"]),
        ("a(x: Int): Int", "a(x: Int!): Int", ["breaking ARG_CHANGED_KIND"]),
        (
            "a(x: Int! = 1): Int",
            "a(x: Int!): Int",
            ["breaking DEFAULT_VALUE_REMOVED", "dangerous ARG_DEFAULT_VALUE_CHANGE"],
        ),
        ("a: Int", "a: Int b: Int", []),
    ],
)
def test_a_change_of_a_field_is_told_by_what_it_does_to_clients(
    old: str, new: str, expected: list[str]
) -> None:
    assert changes(f"type Query {{ {old} }}", f"type Query {{ {new} }}") == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("e: E } enum E { A B", "e: E } enum E { A", ["breaking VALUE_REMOVED_FROM_ENUM"]),
        ("e: E } enum E { A", "e: E } enum E { A B", ["dangerous VALUE_ADDED_TO_ENUM"]),
        (
            "u: U } union U = Query | B type B { x: Int",
            "u: U b: B } union U = Query type B { x: Int",
            ["breaking TYPE_REMOVED_FROM_UNION"],
        ),
        ("a: A } type A { x: Int", "a: Int } type B { x: Int", ["FIELD_CHANGED_KIND", "TYPE"]),
        (
            "a(i: I): Int } input I { x: Int",
            "a(i: I): Int } input I { x: Int y: Int!",
            ["breaking REQUIRED_INPUT_FIELD_ADDED"],
        ),
        (
            "a(i: I): Int } input I { x: Int y: Int",
            "a(i: I): Int } input I @oneOf { x: Int y: Int",
            ["breaking INPUT_CHANGED_TO_ONE_OF"],
        ),
        (
            "a: Int } type Mutation { m: Int",
            "a: Int",
            ["breaking TYPE_REMOVED"],
        ),
    ],
)
def test_a_change_of_a_type_is_told_too(old: str, new: str, expected: list[str]) -> None:
    found = changes(f"type Query {{ {old} }}", f"type Query {{ {new} }}")

    assert len(found) == len(expected)
    assert all(part in one for part, one in zip(expected, found, strict=True))


def test_what_becomes_inaccessible_is_removed_and_what_already_was_may_go() -> None:
    visible = "type Query { a: Int b: Int }"
    hidden = "type Query { a: Int b: Int @inaccessible }"
    gone = "type Query { a: Int }"

    assert changes(visible, hidden) == ["breaking FIELD_REMOVED"]
    assert changes(hidden, gone) == []


def test_moving_a_field_to_another_subgraph_changes_nothing_for_clients() -> None:
    item = 'type Item @key(fields: "id") { id: ID! '
    old = supergraph(f"type Query {{ item: Item }} {item} name: String }}", f"{item} size: Int }}")
    new = supergraph(f"type Query {{ item: Item }} {item} size: Int }}", f"{item} name: String }}")

    assert changes_between(old, new) == ()


def guarded(uses: str) -> Supergraph:
    return read_supergraph(f"""
      schema
        @link(url: "https://specs.apollo.dev/link/v1.0")
        @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
        @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
        @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
      {{ query: Query }}
      directive @authenticated on FIELD_DEFINITION | OBJECT
      directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
      enum join__Graph {{ ONE @join__graph(name: "one", url: "http://one") }}
      type Query @join__type(graph: ONE) {{ a: Int {uses} b: Int }}""")


def asking(groups: str) -> str:
    return f"@requiresScopes(scopes: [{groups}])"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "@authenticated"),
        ("@authenticated", asking('["x"]')),
        (asking('["x"]'), asking('["y"]')),
        (asking('["x"], ["y"]'), asking('["x"]')),
        (asking('["x"]'), asking('["x", "y"]')),
    ],
)
def test_demanding_more_of_callers_breaks_those_who_have_less(old: str, new: str) -> None:
    (change,) = changes_between(guarded(old), guarded(new))

    assert str(change) == f"breaking ACCESS_RESTRICTED Query.a demands {new} now."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@authenticated", ""),
        ("@authenticated", "@authenticated"),
        (asking('["x"]'), ""),
        (asking('["x"]'), "@authenticated"),
        (asking('["x"]'), asking('["y"], ["x"]')),
        (asking('["x", "y"]'), asking('["x"]')),
    ],
)
def test_demanding_less_of_callers_breaks_nobody(old: str, new: str) -> None:
    assert changes_between(guarded(old), guarded(new)) == ()


def test_a_new_field_may_demand_what_it_likes() -> None:
    new = guarded("@authenticated")
    old = supergraph("type Query { b: Int }")

    assert changes_between(old, new) == ()
