"""What cannot be fetched is told with the reason, and with an operation that asks for it."""

import pytest

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.composition.reader import SubgraphDefinition

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",
  "@requires", "@provides", "@external", "@shareable", "@override", "@interfaceObject",
  "@inaccessible", "@context", "@fromContext"])
"""


def definitions(*sdls: str) -> list[SubgraphDefinition]:
    names = ("one", "two", "three")
    return [
        SubgraphDefinition(name, f"http://{name}", LINK + sdl)
        for name, sdl in zip(names, sdls, strict=False)
    ]


CLOSED = '@key(fields: "id", resolvable: false)'
HOLES = {
    "no key of the type can be read": (
        [
            'type Query { a: A } type A @key(fields: "id") { id: ID! }',
            'type A @key(fields: "code") { code: ID! y: Int }',
        ],
        "query { a { y } }",
        "no key leads from there to two by @key(fields: 'code')",
    ),
    "the only key is closed": (
        [
            f"type Query {{ a: A }} type A {CLOSED} {{ id: ID! }}",
            f"type A {CLOSED} {{ id: ID! y: Int }}",
        ],
        "query { a { y } }",
        "no key leads from there to two",
    ),
    "a required field cannot be had": (
        [
            """type Query { a: A } type A @key(fields: "id") {
              id: ID! x: Int @external y: Int @requires(fields: "x") }""",
            f"type Query {{ b: A }} type A {CLOSED} {{ id: ID! x: Int }}",
        ],
        "query { a { y } }",
        "in one it requires 'x', which cannot be had",
    ),
    "fields wait for each other": (
        [
            """type Query { a: A } type A @key(fields: "id") {
              id: ID! x: Int @external y: Int @requires(fields: "x") }""",
            """type A @key(fields: "id") {
              id: ID! x: Int @requires(fields: "y") y: Int @external }""",
        ],
        "query { a { y } }",
        "in one it requires 'x', which cannot be had",
    ),
    "there is no way back to what requires": (
        [
            'type Query { a: Int @external b: Int @requires(fields: "a") }',
            "type Query { a: Int }",
        ],
        "query { b }",
        "in one it requires 'a', which cannot be had",
    ),
    "it is provided on another path": (
        [
            """type Query { a: A @provides(fields: "x") b: A }
            type A @key(fields: "id") { id: ID! x: Int @external }""",
            f"type Query {{ z: A }} type A {CLOSED} {{ id: ID! x: Int @shareable }}",
        ],
        "query { b { x } }",
        "in one it is @external",
    ),
    "its new owner cannot be entered": (
        [
            'type Query { a: A } type A @key(fields: "id") { id: ID! x: Int }',
            f"""type Query {{ z: A }} type A {CLOSED} {{
              id: ID! x: Int @override(from: "one") }}""",
        ],
        "query { a { x } }",
        "in one it is overridden; no key leads from there to two",
    ),
    "its new owner by label cannot be entered": (
        [
            'type Query { a: A } type A @key(fields: "id") { id: ID! x: Int }',
            f"""type Query {{ z: A }} type A {CLOSED} {{
              id: ID! x: Int @override(from: "one", label: "new") }}""",
        ],
        "query { a { x } }",
        "in one it is given for another label of @override only",
    ),
    "nobody tells what an interface object is": (
        [
            f"""type Query {{ q: Int }} interface I {CLOSED} {{ id: ID! }}
            type A implements I {CLOSED} {{ id: ID! }}""",
            'type Query { io: I } type I @interfaceObject @key(fields: "id") { id: ID! z: Int }',
        ],
        "query { io { ... on A { __typename } } }",
        "two knows I as interface object only",
    ),
    "no context was set on the way": (
        [
            """type Query { u: U! t(size: Size!, of: [ID!]!): T! } enum Size { S M }
            type U @context(name: "who") { locale: String! t: T! }
            type T @key(fields: "id") {
              id: ID! f(a: String @fromContext(field: "$who { locale }")): Int! }"""
        ],
        "query { t(size: S, of: []) { f } }",
        "in one it needs the context who, which nothing on the way sets",
    ),
    "an object is no context for its own fields": (
        [
            """type Query { t: T! } type T @key(fields: "id") @context(name: "who") {
              id: ID! f(a: ID @fromContext(field: "$who { id }")): Int! }"""
        ],
        "query { t { f } }",
        "in one it needs the context who, which nothing on the way sets",
    ),
    "a key comes from one place and what is required from another": (
        [
            """type Query { a: A @shareable } type A @key(fields: "code") {
              code: ID! x: Int @external y: Int @requires(fields: "x") }""",
            "type Query { a: A @shareable } type A { x: Int }",
        ],
        "query { a { y } }",
        "in one it requires 'x', which cannot be had",
    ),
    "a mutation would have to run twice": (
        [
            "type Query { q: Int } type Mutation { a: A @shareable } type A { x: Int }",
            "type Mutation { a: A @shareable } type A { y: Int }",
        ],
        "mutation { a { y } }",
        "no key leads from there to two",
    ),
}


@pytest.mark.parametrize(("sdls", "operation", "reason"), HOLES.values(), ids=HOLES)
def test_a_hole_is_shown_by_an_operation(sdls: list[str], operation: str, reason: str) -> None:
    with pytest.raises(DoesNotCompose) as caught:
        compose(definitions(*sdls))

    problems = caught.value.problems
    shown = [each for each in problems if each.message.endswith(f"Example: {operation}")]
    assert {problem.code for problem in problems} == {"SATISFIABILITY_ERROR"}
    assert [reason in problem.message for problem in shown] == [True]


SOUND = {
    "the query root is asked again anywhere": [
        "type Query { a: Int again: Query }",
        "type Query { b: Int }",
    ],
    "several shared roots give what one does not": [
        "type Query { a: A @shareable } type A { x: Int }",
        "type Query { a: A @shareable } type A { y: Int }",
    ],
    "a key is read in two steps": [
        'type Query { a: A } type A @key(fields: "j") { j: ID! }',
        'type A @key(fields: "j") @key(fields: "k") { j: ID! k: ID! }',
        'type A @key(fields: "k") { k: ID! y: Int }',
    ],
    "a provided key leads on": [
        f"""type Query {{ a: A @provides(fields: "id") }}
        type A {CLOSED} {{ id: ID! @external }}""",
        'type A @key(fields: "id") { id: ID! x: Int }',
    ],
    "clients never see what is out of reach": [
        "type Query { a: A } type A { id: ID @shareable }",
        "type Query { b: A } type A { id: ID @shareable y: Int @inaccessible }",
    ],
    "one mutation is enough": [
        """type Query { q: Int } type Mutation { a: A @shareable }
        type A @key(fields: "id") { id: ID! }""",
        'type Mutation { a: A @shareable } type A @key(fields: "id") { id: ID! y: Int }',
    ],
    "it depends on a label from which place what is required comes": [
        """type Query { q: Int } type A @key(fields: "j") @key(fields: "k") {
          j: ID! k: ID! x: Int @external y: Int @requires(fields: "x") }""",
        """type Query { a: A @shareable }
        type A @key(fields: "j", resolvable: false) { j: ID! x: Int }""",
        """type Query { a: A @shareable } type A @key(fields: "k", resolvable: false) {
          k: ID! x: Int @override(from: "two", label: "new") }""",
    ],
    "a key lies three levels down": [
        """type Query { a: A } type A @key(fields: "b { c { id } }") { b: B }
        type B @shareable { c: C } type C @shareable { id: ID! }""",
        """type A @key(fields: "b { c { id } }") { b: B y: Int }
        type B @shareable { c: C } type C @shareable { id: ID! }""",
    ],
    "what is required lies five levels down, in lists": [
        """type Query { a: A } type A @key(fields: "id") { id: ID! b: [B!] }
        type B { c: [[C]] } type C { d: D! } type D { e: [E] } type E { x: Int }""",
        """type A @key(fields: "id") {
          id: ID! b: [B!] @external y: Int @requires(fields: "b { c { d { e { x } } } }") }
        type B { c: [[C]] @external } type C { d: D! @external }
        type D { e: [E] @external } type E { x: Int @external }""",
    ],
    "what is required lies three levels down, in abstract types": [
        """type Query { a: A } type A @key(fields: "id") { id: ID! i: I }
        interface I { u: [U] } type J implements I { u: [U] } type K implements I { u: [U] }
        union U = V | W type V { x: Int } type W { z: Int }""",
        """type A @key(fields: "id") {
          id: ID! i: I @external
          y: Int @requires(fields: "i { u { ... on V { x } ... on W { z } } }") }
        interface I { u: [U] } type J implements I { u: [U] @external }
        type K implements I { u: [U] @external }
        union U = V | W type V { x: Int @external } type W { z: Int @external }""",
    ],
    "what is required lies down in others' subgraphs": [
        """type Query { a: A } type A @key(fields: "id") { id: ID! b: B }
        type B @key(fields: "id") { id: ID! }""",
        """type A @key(fields: "id") {
          id: ID! b: B @external y: Int @requires(fields: "b { c { d { x } } }") }
        type B @key(fields: "id") { id: ID! c: C @external }
        type C @key(fields: "id") { id: ID! d: D @external }
        type D @key(fields: "id") { id: ID! x: Int @external }""",
        """type B @key(fields: "id") { id: ID! c: C } type C @key(fields: "id") { id: ID! d: D }
        type D @key(fields: "id") { id: ID! x: Int }""",
    ],
    "a context is set above": [
        """type Query { u: U! } type U @context(name: "who") { locale: String! p: P! }
        type P { t: T! } type T @key(fields: "id") {
          id: ID! f(a: String @fromContext(field: "$who { locale }")): Int! }"""
    ],
}


@pytest.mark.parametrize("sdls", SOUND.values(), ids=SOUND)
def test_what_can_be_fetched_composes(sdls: list[str]) -> None:
    assert compose(definitions(*sdls))
