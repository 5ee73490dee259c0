"""What a directive of Federation is given is of its type, or is told with code and place."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import build_snapshot

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",
  "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@tag",
  "@context", "@fromContext", "@composeDirective", "@authenticated", "@requiresScopes", "@policy",
  "@cost", "@listSize"])
"""
OTHER = 'type Query { other: T } type T @key(fields: "id") { id: ID! x: Int @shareable }'
GROUPS = "[[String]]!"
ARGUMENTS = {
    "type T @key(fields: {}) { id: ID! }": "String!",
    'type T @key(fields: "id", resolvable: {}) { id: ID! }': "Boolean",
    """type T @key(fields: "id") {
      id: ID! x: Int @external y: Int @requires(fields: {}) }""": "String!",
    """type T @key(fields: "id") { id: ID! x: Int @external }
    type Query { t: T @provides(fields: {}) }""": "String!",
    'type T @key(fields: "id") { id: ID! x: Int @external(reason: {}) }': "String",
    'type T @key(fields: "id") { id: ID! x: Int @override(from: {}) }': "String!",
    'type T @key(fields: "id") { id: ID! x: Int @override(from: "b", label: {}) }': "String",
    "type Query { q: Int @requiresScopes(scopes: {}) }": GROUPS,
    "type Query { q: Int @policy(policies: {}) }": GROUPS,
    "type Query { q(a: Int @tag(name: {})): Int }": "String!",
    "enum E { V @tag(name: {}) } type Query { e: E }": "String!",
    "extend schema @tag(name: {}) type Query { q: Int }": "String!",
    "type Query @context(name: {}) { q: Int }": "String!",
    "type Query { q(a: Int @fromContext(field: {})): Int }": "String",
    "extend schema @composeDirective(name: {}) type Query { q: Int }": "String!",
    "type Query { q: Int @cost(weight: {}) }": "Int!",
    "input I { i: Int @cost(weight: {}) } type Query { q(i: I): Int }": "Int!",
    "type Query { q: [Int] @listSize(assumedSize: {}) }": "Int",
    "type Query { q(a: Int): [Int] @listSize(slicingArguments: {}) }": "[String]",
    "type Query { q: R @listSize(sizedFields: {}) } type R { r: [Int] }": "[String]",
    "type Query { q: [Int] @listSize(requireOneSlicingArgument: {}) }": "Boolean",
    "type Query { q: Int @deprecated(reason: {}) }": "String!",
    "scalar S @specifiedBy(url: {}) type Query { s: S }": "String!",
}


@dataclass(frozen=True)
class Name:
    """A value of some enum."""

    text: str


LITERALS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.just(1 << 40)
    | st.just(1.5)
    | st.sampled_from(["", "a", "id", "a b", 'a"b', "a\nb", "no", "...F", "x ...F"])
    | st.builds(Name, st.sampled_from(["ADMIN", "id"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("a"), inner, max_size=1),
    max_leaves=4,
)


@pytest.mark.parametrize("text", ARGUMENTS)
@settings(max_examples=25, deadline=None)
@given(literal=LITERALS)
def test_whatever_is_given_is_read_or_told(text: str, literal: object) -> None:
    found = problems(text, literal)

    assert found or is_of(literal, ARGUMENTS[text])
    assert all(problem.code and problem.places for problem in found)


FEDERATION = 'url: "https://specs.apollo.dev/federation/v2.9"'
NAMES = st.sampled_from(["", "@", "a b", "1", "@a b", "@1", "a-b", "fed", "@key", "key"])
IMPORTS = st.lists(
    LITERALS | NAMES | st.fixed_dictionaries({"name": NAMES, "as": LITERALS | NAMES}), max_size=2
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["url: {}", f"{FEDERATION}, as: {{}}", f"{FEDERATION}, for: {{}}"]),
    LITERALS | NAMES,
)
def test_whatever_a_link_says_is_read_or_told(arguments: str, literal: object) -> None:
    check_link(arguments.replace("{}", written(literal)))


@settings(max_examples=100, deadline=None)
@given(IMPORTS)
def test_whatever_a_link_imports_is_read_or_told(imports: list[object]) -> None:
    check_link(f"{FEDERATION}, import: {written(imports)}")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("url: null", "INVALID_LINK_IDENTIFIER"),
        ("url: 3", "INVALID_LINK_IDENTIFIER"),
        (f'{FEDERATION}, as: "a b"', "INVALID_LINK_DIRECTIVE_USAGE"),
        (f'{FEDERATION}, as: "1"', "INVALID_LINK_DIRECTIVE_USAGE"),
        (f"{FEDERATION}, as: 1", "INVALID_LINK_DIRECTIVE_USAGE"),
        (f'{FEDERATION}, for: "SECURITY"', "INVALID_LINK_DIRECTIVE_USAGE"),
        (f'{FEDERATION}, import: ["@"]', "INVALID_LINK_DIRECTIVE_USAGE"),
        (
            f'{FEDERATION}, import: [{{name: "@key", as: "@a b"}}]',
            "INVALID_LINK_DIRECTIVE_USAGE",
        ),
        ('url: "https://x.y/foo/v1.0", as: "a b"', "INVALID_LINK_DIRECTIVE_USAGE"),
    ],
)
def test_a_link_that_cannot_be_read_is_told(arguments: str, expected: str) -> None:
    assert {problem.code for problem in check_link(arguments)} == {expected}


def test_a_link_under_a_name_of_its_own_is_read_alike() -> None:
    sdl = f"""extend schema
      @lnk(url: "https://specs.apollo.dev/link/v1.0", as: "lnk") @lnk({FEDERATION}, as: "a b")
    type Query {{ q: Int }}"""

    assert [each.code for each in composing(sdl)] == ["INVALID_LINK_DIRECTIVE_USAGE"]


@pytest.mark.parametrize(
    ("specification", "directive"),
    [
        ("requiresScopes/v0.1", '@requiresScopes(scopes: [["a"]])'),
        ("authenticated/v0.1", "@authenticated"),
        ("policy/v0.1", '@policy(policies: [["a"]])'),
        ("inaccessible/v0.2", "@inaccessible"),
    ],
)
def test_what_hides_is_linked_by_federation_or_told(specification: str, directive: str) -> None:
    name = directive.partition("(")[0]
    sdl = f"""extend schema @link({FEDERATION})
      @link(url: "https://specs.apollo.dev/{specification}", import: ["{name}"])
    type Query {{ q: Int secret: Int {directive} }}"""

    assert "INVALID_LINK_DIRECTIVE_USAGE" in {each.code for each in composing(sdl)}


@pytest.mark.parametrize("kind", ["type {} { a: Int }", "enum {} { A }", "input {} { a: Int }"])
def test_what_is_built_in_is_not_defined_as_something_else(kind: str) -> None:
    found = composing(kind.replace("{}", "String") + " type Query { q: Int }")

    assert {(each.code, each.message) for each in found} == {
        ("INVALID_GRAPHQL", "String is built in, a scalar.")
    }


@pytest.mark.parametrize("scopes", ["null", "[null]", "[[null]]", '[["a", null]]', "[[3]]", "[A]"])
@pytest.mark.parametrize("directive", ["requiresScopes(scopes", "policy(policies"])
def test_a_demand_that_cannot_be_read_is_not_taken_for_none(directive: str, scopes: str) -> None:
    ((code, place),) = {
        (each.code, str(each.places[0]))
        for each in problems(f"type Query {{ q: Int @{directive}: {{}}) }}", verbatim=scopes)
    }

    assert code == "INVALID_GRAPHQL"
    assert place.startswith("<a>:5:")


def problems(text: str, literal: object = None, verbatim: str = "") -> tuple[Problem, ...]:
    return composing(LINK + text.replace("{}", verbatim or written(literal)))


def check_link(arguments: str) -> tuple[Problem, ...]:
    found = composing(f"extend schema @link({arguments}) type Query {{ q: Int }}")
    assert all(problem.code and problem.places for problem in found)
    return found


def composing(sdl: str) -> tuple[Problem, ...]:
    """Give what is wrong with a text beside a sound one; none if both can be served."""
    try:
        supergraph = compose(
            [SubgraphDefinition(*each) for each in (("a", "", sdl), ("b", "", LINK + OTHER))]
        )
    except DoesNotCompose as error:
        return error.problems
    build_snapshot(supergraph)
    return ()


def written(literal: object) -> str:
    if isinstance(literal, Name):
        return literal.text
    if isinstance(literal, list):
        return f"[{', '.join(map(written, literal))}]"
    if isinstance(literal, dict):
        return f"{{{', '.join(f'{name}: {written(each)}' for name, each in literal.items())}}}"
    return json.dumps(literal)


def is_of(literal: object, wanted: str) -> bool:
    """Whether a value is of a type; what lists hold is never null, and one is a list of one."""
    if literal is None:
        return not wanted.endswith("!")
    wanted = wanted.removesuffix("!")
    if wanted.startswith("["):
        items = literal if isinstance(literal, list) else [literal]
        return all(is_of(each, f"{wanted[1:-1]}!") for each in items)
    if wanted == "Int":
        return type(literal) is int and abs(literal) < 1 << 31
    return type(literal) is {"String": str, "Boolean": bool}[wanted]
