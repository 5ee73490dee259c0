import pytest

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition
from tests.support.federated_graph import linked

HEADER = linked("").count("\n")
QUERY = "type Query { a: Int @shareable }"
WORKS = """type Query { work: Work } interface Work @key(fields: "id") { id: ID! }
type Book implements Work @key(fields: "id") { id: ID! }"""


def told(*sdls: str) -> tuple[Problem, ...]:
    """All problems."""
    definitions = [
        SubgraphDefinition(name, f"http://{name}", linked(sdl))
        for name, sdl in zip(("one", "two", "three"), sdls, strict=False)
    ]
    with pytest.raises(DoesNotCompose) as caught:
        compose(definitions)
    for problem in caught.value.problems:
        if problem.code != "NO_QUERIES":
            assert problem.subgraphs, problem
            assert problem.places, problem
    return caught.value.problems


def problems(*sdls: str) -> dict[str, tuple[str, ...]]:
    """The codes of all problems, each with the subgraphs it names first."""
    return {problem.code: problem.subgraphs for problem in told(*sdls)}


@pytest.mark.parametrize(
    ("code", "subgraphs", "sdls"),
    [
        ("NO_QUERIES", (), ["type A { a: Int }"]),
        ("INVALID_GRAPHQL", ("two",), [QUERY, "type A { a: Unknown }"]),
        ("INVALID_GRAPHQL", ("two",), [QUERY, "type A {"]),
        ("TYPE_KIND_MISMATCH", ("one", "two"), [QUERY + " type A { a: Int }", "enum A { B }"]),
        (
            "KEY_INVALID_FIELDS",
            ("two",),
            [QUERY, 'type A @key(fields: "id code") { id: ID! }'],
        ),
        ("KEY_INVALID_FIELDS", ("two",), [QUERY, 'type A @key(fields: "id {") { id: ID! }']),
        (
            "KEY_FIELDS_HAS_ARGS",
            ("one",),
            [QUERY + ' type A @key(fields: "id") { id(x: Int): ID! }'],
        ),
        (
            "KEY_FIELDS_SELECT_INVALID_TYPE",
            ("one",),
            [
                QUERY
                + """ type A @key(fields: "u { ... on B { b } }") { u: U }
                  union U = B type B { b: ID }"""
            ],
        ),
        (
            "REQUIRES_INVALID_FIELDS",
            ("one",),
            [QUERY + ' type A @key(fields: "id") { id: ID! b: Int @requires(fields: "c") }'],
        ),
        (
            "REQUIRES_FIELDS_MISSING_EXTERNAL",
            ("one",),
            [QUERY + ' type A @key(fields: "id") { id: ID! b: Int @requires(fields: "c") c: Int }'],
        ),
        (
            "PROVIDES_ON_NON_OBJECT_FIELD",
            ("one",),
            ['type Query { a: Int @provides(fields: "b") }'],
        ),
        (
            "PROVIDES_INVALID_FIELDS",
            ("one",),
            ['type Query { a: A @provides(fields: "b") } type A { c: Int }'],
        ),
        (
            "EXTERNAL_MISSING_ON_BASE",
            ("one",),
            [
                QUERY
                + """ type A @key(fields: "id") {
                  id: ID! b: Int @requires(fields: "c") c: Int @external }"""
            ],
        ),
        (
            "EXTERNAL_UNUSED",
            ("two",),
            [
                QUERY + ' type A @key(fields: "id") { id: ID! c: Int }',
                'type A @key(fields: "id") { id: ID! c: Int @external }',
            ],
        ),
        (
            "EXTERNAL_TYPE_MISMATCH",
            ("two",),
            [
                QUERY + ' type A @key(fields: "id") { id: ID! c: Int }',
                """type A @key(fields: "id") {
                  id: ID! c: String @external b: Int @requires(fields: "c") }""",
            ],
        ),
        (
            "INVALID_FIELD_SHARING",
            ("one", "two"),
            [
                QUERY + ' type A @key(fields: "id") { id: ID! c: Int }',
                'type A @key(fields: "id") { id: ID! c: Int }',
            ],
        ),
        (
            "FIELD_TYPE_MISMATCH",
            ("one", "two"),
            [QUERY + " type A @shareable { c: Int }", "type A @shareable { c: String }"],
        ),
        (
            "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
            ("two",),
            [QUERY + " type A @shareable { c: Int }", "type A @shareable { c(x: Int!): Int }"],
        ),
        (
            "FIELD_ARGUMENT_TYPE_MISMATCH",
            ("one", "two"),
            [
                QUERY + " type A @shareable { c(x: Int): Int }",
                "type A @shareable { c(x: ID): Int }",
            ],
        ),
        (
            "FIELD_ARGUMENT_DEFAULT_MISMATCH",
            ("one", "two"),
            [
                QUERY + " type A @shareable { c(x: Int = 1): Int }",
                "type A @shareable { c(x: Int = 2): Int }",
            ],
        ),
        (
            "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
            ("two",),
            [QUERY + " input I { a: Int }", "input I { a: Int b: Int! }"],
        ),
        (
            "EMPTY_MERGED_INPUT_TYPE",
            ("one", "two"),
            [QUERY + " input I { a: Int }", "input I { b: Int }"],
        ),
        (
            "EMPTY_MERGED_ENUM_TYPE",
            ("one", "two"),
            [
                "type Query { a(e: E): Int } enum E { A }",
                "type Query { b(e: E): Int } enum E { B }",
            ],
        ),
        (
            "ENUM_VALUE_MISMATCH",
            ("one", "two"),
            ["type Query { a(e: E): E } enum E { A }", "type Query { b: E } enum E { A B }"],
        ),
        (
            "INTERFACE_FIELD_NO_IMPLEM",
            ("two",),
            [
                "type Query { i: I } interface I { a: Int } type A implements I { a: Int }",
                "interface I { b: Int } type B implements I { b: Int a: Int }",
            ],
        ),
        (
            "OVERRIDE_FROM_SELF_ERROR",
            ("one",),
            ['type Query { a: Int @override(from: "one") }'],
        ),
        (
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
            ("one", "two"),
            [
                'type Query { a: Int @override(from: "two") }',
                'type Query { a: Int @override(from: "three") }',
            ],
        ),
        (
            "INTERFACE_OBJECT_USAGE_ERROR",
            ("one",),
            [QUERY + ' type I @key(fields: "id") @interfaceObject { id: ID! }'],
        ),
        (
            "REFERENCED_INACCESSIBLE",
            ("one",),
            ["type Query { a: A } type A @inaccessible { b: Int }"],
        ),
        (
            "ONLY_INACCESSIBLE_CHILDREN",
            ("one",),
            ["type Query { a: A } type A { b: Int @inaccessible }"],
        ),
    ],
)
def test_a_broken_rule_is_told_with_its_code_and_subgraphs(
    code: str, subgraphs: tuple[str, ...], sdls: list[str]
) -> None:
    assert problems(*sdls).get(code) == subgraphs


@pytest.mark.parametrize(
    ("code", "places", "sdls"),
    [
        ("INVALID_GRAPHQL", ["two:2:1"], [QUERY, "type A {\n"]),
        ("INVALID_GRAPHQL", ["two:1:10"], [QUERY, "type A { a: Unknown }"]),
        ("KEY_INVALID_FIELDS", ["one:2:8"], [QUERY + '\ntype A @key(fields: "no") { id: ID! }']),
        (
            "FIELD_TYPE_MISMATCH",
            ["one:3:3", "two:1:21"],
            [QUERY + "\ntype A @shareable {\n  c: Int }", "type A @shareable { c: String }"],
        ),
        (
            "OVERRIDE_FROM_SELF_ERROR",
            ["one:1:21"],
            ['type Query { a: Int @override(from: "one") }'],
        ),
        (
            "EXTERNAL_UNUSED",
            ["two:1:44"],
            [
                QUERY + ' type A @key(fields: "id") { id: ID! c: Int }',
                'type A @key(fields: "id") { id: ID! c: Int @external }',
            ],
        ),
        (
            "FIELD_ARGUMENT_TYPE_MISMATCH",
            ["one:1:51", "two:1:12"],
            [
                "type Query { a: Int @shareable }       directive @d(x: Int) on FIELD",
                "directive @d(x: String) on FIELD type Query { a: Int @shareable }",
            ],
        ),
        (
            "INVALID_GRAPHQL",
            ["one:1:14"],
            [
                "type Query { i(e: E = A): Int @shareable } enum E { A B }",
                "type Query { b(e: E): Int } enum E { B }",
            ],
        ),
        (
            "INVALID_GRAPHQL",
            ["two:1:6"],
            ['type Query { a: Int @tag(name: "t") }', "type tag__Colour { x: Int }"],
        ),
        (
            "INVALID_GRAPHQL",
            ["two:1:7", "one:1:37", "two:1:23"],
            [
                WORKS,
                'union Any = Work type Work @interfaceObject @key(fields: "id") { id: ID! }',
            ],
        ),
        (
            "INVALID_GRAPHQL",
            ["one:1:57"],
            ["schema { query: Root } type Root { a: Int } union Any = Root"],
        ),
        (
            "INVALID_GRAPHQL",
            ["one:1:45"],
            ["schema { query: Root } type Root implements Any { a: Int } interface Any { a: Int }"],
        ),
        ("INVALID_GRAPHQL", ["one:1:23"], ["type Query { a: Int } query { a }"]),
        (
            "INVALID_GRAPHQL",
            ["one:1:23"],
            ["type Query { a: Int } extend scalar Int @inaccessible"],
        ),
        (
            "SATISFIABILITY_ERROR",
            ["two:1:10", "one:1:26"],
            ["type Query { a: A } type A { x: Int }", "type A { y: Int }"],
        ),
    ],
)
def test_a_problem_says_at_which_line_and_column_to_look(
    code: str, places: list[str], sdls: list[str]
) -> None:
    found = next(problem for problem in told(*sdls) if problem.code == code)

    assert [f"{one.subgraph}:{one.line - HEADER}:{one.column}" for one in found.places] == places


@pytest.mark.parametrize(
    ("mark", "codes"),
    [
        ("", ["OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "INVALID_FIELD_SHARING"]),
        ("@shareable", ["OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"]),
    ],
)
def test_what_an_interface_object_has_cannot_be_taken_from_it_for_one_type(
    mark: str, codes: list[str]
) -> None:
    found = told(
        f"""type Query {{ work: Work }}
          interface Work @key(fields: "id") {{ id: ID! }}
          type Book implements Work @key(fields: "id") {{
            id: ID! title: String @override(from: "two") {mark} }}""",
        f'type Work @key(fields: "id") @interfaceObject {{ id: ID! title: String {mark} }}',
    )

    assert [problem.code for problem in found] == codes
    assert found[0].subgraphs == ("one", "two")
    assert [place.subgraph for place in found[0].places] == ["one", "two"]


def test_a_name_is_only_reserved_where_its_specification_is_used() -> None:
    definition = SubgraphDefinition(
        "one", "", linked("type Query { a: tag__Colour } type tag__Colour { x: Int }")
    )

    assert "type tag__Colour" in compose([definition])


def test_a_problem_prints_as_compilers_do() -> None:
    found = told("type Query { a: Int @shareable }", "type Query { a: String @shareable }")

    line = HEADER + 1
    assert str(found[0]) == (
        f"<one>:{line}:14: FIELD_TYPE_MISMATCH [one, two] Query.a is Int in one, String in two."
        f"\n  <two>:{line}:14: in two"
    )


def test_all_problems_are_told_at_once() -> None:
    alone = problems(QUERY + ' type A @key(fields: "no") { c: Int @provides(fields: "x") }')
    together = problems(
        QUERY + " type A { c: Int } enum E { X }",
        "type A { c: String } type E { x: Int }",
    )

    assert {"KEY_INVALID_FIELDS", "PROVIDES_ON_NON_OBJECT_FIELD"} <= set(alone)
    assert {"FIELD_TYPE_MISMATCH", "TYPE_KIND_MISMATCH"} <= set(together)


def test_a_field_out_of_reach_is_shown_with_an_operation_that_asks_for_it() -> None:
    definitions = [
        SubgraphDefinition("one", "", linked("type Query { a: A } type A { x: Int }")),
        SubgraphDefinition("two", "", linked("type A { y: Int }")),
    ]
    with pytest.raises(DoesNotCompose) as caught:
        compose(definitions)

    (problem,) = caught.value.problems
    assert problem.code == "SATISFIABILITY_ERROR"
    assert "query { a { y } }" in problem.message


def test_a_field_behind_a_key_nobody_can_give_is_out_of_reach() -> None:
    assert problems(
        'type Query { a: A } type A @key(fields: "id") { id: ID! }',
        'type A @key(fields: "code") { code: ID! y: Int }',
    ) == {"SATISFIABILITY_ERROR": ("one",)}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            "type Query { e(e: E = B): Int } enum E { A B }",
            "type Query { f(e: E): Int } enum E { A }",
        ),
        (
            "type Query { e(i: I = {b: 1}): Int } input I { a: Int b: Int }",
            "type Query { f(i: I): Int } input I { a: Int }",
        ),
    ],
)
def test_a_default_that_is_none_for_all_is_told_once(one: str, two: str) -> None:
    [problem] = told(one, two)

    assert "has invalid default value" in problem.message


def test_two_subgraphs_of_one_name_are_refused() -> None:
    definition = SubgraphDefinition("same", "", linked(QUERY))

    with pytest.raises(DoesNotCompose, match="INVALID_SUBGRAPH_NAME"):
        compose([definition, definition])
