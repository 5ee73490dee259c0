"""What is told about subgraphs that compose."""

import pytest
from graphql import print_schema

from gateway.composition.composer import Composed, compose_with_hints
from gateway.composition.problems import Hint, Level
from gateway.composition.reader import SubgraphDefinition
from gateway.supergraph.public_schema import public_schema
from gateway.supergraph.reader import read_supergraph
from tests.support.federated_graph import linked

HEADER = linked("").count("\n")
ITEM = 'type Item @key(fields: "id") { id: ID! '


def composed(*sdls: str) -> Composed:
    return compose_with_hints(
        [
            SubgraphDefinition(name, "", linked(sdl), f"{name}.graphql")
            for name, sdl in zip(("one", "two", "three"), sdls, strict=False)
        ]
    )


def shown(hint: Hint) -> tuple[str, Level, tuple[str, ...], list[str]]:
    places = [f"{one.subgraph}:{one.line - HEADER}:{one.column}" for one in hint.places]
    return hint.code, hint.level, hint.subgraphs, places


@pytest.mark.parametrize(
    ("code", "level", "subgraphs", "places", "sdls"),
    [
        (
            "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
            Level.INFO,
            ("two",),
            ["two:1:14", "one:1:14"],
            ["type Query { a: Int @shareable }", "type Query { a: Int! @shareable }"],
        ),
        (
            "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
            Level.INFO,
            ("one",),
            ["one:1:41", "two:1:11"],
            ["type Query { a(i: I): Int } input I   { a: Int }", "input I { a: Int! }"],
        ),
        (
            "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
            Level.INFO,
            ("one",),
            ["one:1:16", "two:1:16"],
            [
                "type Query { a(x: Int): Int @shareable }",
                "type Query { a(x: Int!): Int @shareable }",
            ],
        ),
        (
            "INCONSISTENT_ARGUMENT_PRESENCE",
            Level.WARN,
            ("one",),
            ["one:1:16", "two:1:14"],
            ["type Query { a(x: Int): Int @shareable }", "type Query { a: Int @shareable }"],
        ),
        (
            "INCONSISTENT_INPUT_OBJECT_FIELD",
            Level.WARN,
            ("two",),
            ["two:1:19", "one:1:35"],
            ["type Query { a(i: I): Int } input I{ a: Int }", "input I { a: Int  b: Int }"],
        ),
        (
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            Level.WARN,
            ("two",),
            ["two:1:16", "one:1:16"],
            [
                "type Query { a(x: Int = 1): Int @shareable }",
                "type Query { a(x: Int): Int @shareable }",
            ],
        ),
        (
            "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
            Level.WARN,
            ("one",),
            ["one:1:40", "two:1:6"],
            ["type Query { a(e: E): Int } enum E { A B }", "enum E { A }"],
        ),
        (
            "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
            Level.INFO,
            ("one",),
            ["one:1:26", "two:1:6"],
            ["type Query { a: E } enum E { A }", "enum E { A B }"],
        ),
        (
            "UNUSED_ENUM_TYPE",
            Level.INFO,
            ("one",),
            ["one:1:28"],
            ["type Query { a: Int } enum E { A }"],
        ),
        (
            "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
            Level.INFO,
            ("two",),
            ["two:1:59", "one:1:67"],
            [
                "type Query { v: V @shareable w: Int } type V @shareable { x: Int  y: Int }",
                "type Query { v: V @shareable     z: Int }            type V @shareable { x: Int }",
            ],
        ),
        (
            "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
            Level.INFO,
            ("two",),
            ["two:1:11", "one:1:47"],
            ["type Query { a: Int } interface I { x: Int    y: Int }", "interface I { x: Int }"],
        ),
        (
            "INCONSISTENT_UNION_MEMBER",
            Level.INFO,
            ("two",),
            ["two:1:7", "one:1:29"],
            [
                "type Query { a: Int } union U = A | B type A { x: Int } type B { y: Int }",
                "union U = A type A { z: Int }",
            ],
        ),
        (
            "INCONSISTENT_ENTITY",
            Level.INFO,
            ("two",),
            ["two:1:32", "one:1:6"],
            [
                ITEM + "x: Int }",
                "type Query { item: Item } type Item { id: ID! @shareable }",
            ],
        ),
        (
            "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
            Level.WARN,
            ("one", "two"),
            ["one:1:14", "two:1:14"],
            [
                "type Query { u: U @shareable } union U = A | B type B { y: Int } type A { z: ID }",
                "type Query { u: U @shareable } union U = A type A { x: Int }",
            ],
        ),
        (
            "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
            Level.INFO,
            ("one",),
            ["one:1:14", "two:1:21"],
            ["type Query { a: Int }", 'type Query { a: Int @override(from: "one") }'],
        ),
        (
            "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
            Level.INFO,
            ("two",),
            ["two:1:21"],
            ["type Query { b: Int }", 'type Query { a: Int @override(from: "one") }'],
        ),
        (
            "OVERRIDE_MIGRATION_IN_PROGRESS",
            Level.INFO,
            ("one",),
            ["one:1:14", "two:1:21"],
            [
                "type Query { a: Int }",
                'type Query { a: Int @override(from: "one", label: "percent(5)") }',
            ],
        ),
        (
            "FROM_SUBGRAPH_DOES_NOT_EXIST",
            Level.WARN,
            ("one",),
            ["one:1:21"],
            ['type Query { a: Int @override(from: "gone") }'],
        ),
        (
            "INCONSISTENT_DESCRIPTION",
            Level.INFO,
            ("one", "two"),
            ["one:1:20", "two:1:22"],
            [
                'type Query { "one" a: Int @shareable }',
                'type Query { "other" a: Int @shareable }',
            ],
        ),
    ],
)
def test_a_hint_is_told_with_its_code_level_subgraphs_and_places(
    code: str, level: Level, subgraphs: tuple[str, ...], places: list[str], sdls: list[str]
) -> None:
    found = [shown(hint) for hint in composed(*sdls).hints]

    assert (code, level, subgraphs, places) in found


def test_subgraphs_that_agree_are_told_nothing() -> None:
    one = (
        "type Query { i: Item } " + ITEM + '"As sold." name: String @shareable e: E } enum E { A }'
    )
    two = ITEM + '"As sold." name: String @shareable stock(of: Int = 1): Int }'

    assert composed(one, two).hints == ()


def test_an_enum_that_only_a_composed_directive_uses_is_used() -> None:
    sdl = """
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@composeDirective"])
        @link(url: "https://example.org/own/v1.0", import: ["@mine"])
        @composeDirective(name: "@mine")
      directive @mine(kind: Used) on FIELD_DEFINITION
      enum Used { A }
      enum Unused { A }
      type Query { a: Int @mine(kind: A) }"""

    told = [hint.message for hint in compose_with_hints([SubgraphDefinition("a", "", sdl)]).hints]

    assert told == ["Unused is used by no field, argument or input."]


def test_a_root_type_may_be_described_by_everybody() -> None:
    assert composed('"One." type Query { a: Int }', '"Two." type Query { b: Int }').hints == ()


def test_a_default_that_one_subgraph_lacks_is_none_of_the_clients() -> None:
    text = composed(
        "type Query { a(x: Int! = 1): Int @shareable }", "type Query { a(x: Int!): Int @shareable }"
    ).supergraph

    assert "a(x: Int!): Int" in print_schema(public_schema(read_supergraph(text)))


def test_what_is_still_used_after_an_override_shall_be_external() -> None:
    (hint,) = composed(
        "type Query { i: Item } " + ITEM + "a: Int } ",
        'type Item @key(fields: "id") { id: ID! a: Int @override(from: "one") }',
    ).hints
    assert "can be removed there" in hint.message

    (hint,) = composed(
        "type Query { i: Item } "
        + ITEM
        + 'a: Int b: Int @requires(fields: "a c") c: Int @external }',
        'type Item @key(fields: "id") { id: ID! a: Int @override(from: "one") c: Int }',
    ).hints
    assert "can be marked @external" in hint.message


def test_once_the_old_field_is_external_the_override_has_done_its_work() -> None:
    found = composed(
        "type Query { i: Item } " + ITEM + 'a: Int @external b: Int @requires(fields: "a") }',
        'type Item @key(fields: "id") { id: ID! a: Int @override(from: "one") }',
    ).hints

    assert [hint.code for hint in found] == ["OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"]


def test_a_hint_prints_with_its_level() -> None:
    (hint,) = composed('type Query { a: Int @override(from: "nobody") }').hints

    assert str(hint) == (
        f"one.graphql:{HEADER + 1}:21: warn FROM_SUBGRAPH_DOES_NOT_EXIST [one] "
        "Query.a is overridden from nobody, which is no subgraph."
    )
