"""What is wrong with one subgraph's own text, and that it hides nothing of the others."""

import pytest

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition

QUERY = "type Query { a: Int @shareable }\n"
LINK = '@link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])'


def told(*sdls: str) -> list[tuple[str, str, str]]:
    """Every problem: its code, its first place, its message."""
    names = ("one", "two", "three")
    definitions = [
        SubgraphDefinition(name, "", sdl, f"{name}.graphql")
        for name, sdl in zip(names, sdls, strict=False)
    ]
    with pytest.raises(DoesNotCompose) as caught:
        compose(definitions)
    return [(one.code, _place(one), one.message) for one in caught.value.problems]


def _place(problem: Problem) -> str:
    return str(problem.places[0]) if problem.places else ""


def linked(sdl: str) -> str:
    return f"extend schema {LINK}\n{sdl}"


def test_a_text_that_cannot_be_parsed_does_not_hide_what_is_wrong_elsewhere() -> None:
    problems = told(
        linked(QUERY + "type A {"),
        linked('type A @key(fields: "no") { id: ID! }'),
        linked(QUERY + "enum E { X"),
    )

    assert [problem[:2] for problem in problems] == [
        ("INVALID_GRAPHQL", "one.graphql:3:9"),
        ("INVALID_GRAPHQL", "three.graphql:3:11"),
        ("KEY_INVALID_FIELDS", "two.graphql:2:8"),
    ]


def test_what_the_unread_subgraph_may_have_is_not_told_as_missing() -> None:
    problems = told(
        linked("type Query {"),
        'type B @key(fields: "id") { id: ID! c: Int @external d: Int @requires(fields: "c") }',
    )

    assert [problem[0] for problem in problems] == ["INVALID_GRAPHQL"]


@pytest.mark.parametrize(
    ("sdl", "place", "words"),
    [
        (QUERY + "type A { a: Int a: Int }", "one.graphql:3:10", "only be defined once"),
        (QUERY + "type A { a: Int } type A { b: Int }", "one.graphql:3:6", "only one type named"),
        (QUERY + "type A { a: Int @nonsense }", "one.graphql:3:17", "'@nonsense'"),
        (
            QUERY + 'type A @key(fields: "a", field: 3) { a: Int }',
            "one.graphql:3:26",
            "Unknown argument 'field'",
        ),
        (QUERY + "type A @key { a: Int }", "one.graphql:3:8", "@key(fields:)"),
        (QUERY + "enum E @shareable { A }", "one.graphql:3:8", "'@shareable'"),
        (
            QUERY + "interface I { a: Int } type A implements I { b: Int }",
            "one.graphql:3:15",
            "I.a expected but A does not",
        ),
        ("schema { query: Gone } type Other { a: Int }", "one.graphql:2:17", "no type Gone"),
        (QUERY + "type A { a(q: Query = 3): Int }", "one.graphql:3:15", "must be Input Type"),
        (QUERY + "input I { i: I! }", "one.graphql:3:11", "itself"),
        (QUERY + "union U = Query | Query", "one.graphql:3:11", "only include type Query once"),
        (QUERY + "extend type A { a: B } type B", "one.graphql:3:24", "define one or more fields"),
    ],
)
def test_what_graphql_itself_forbids_is_told_with_its_place(
    sdl: str, place: str, words: str
) -> None:
    ((code, found, message),) = told(linked(sdl))

    assert (code, found) == ("INVALID_GRAPHQL", place)
    assert words in message


def test_a_federation_directive_that_is_not_imported_is_said_how_to_import() -> None:
    ((code, _, message),) = told(linked("type Query { a: Int @tag(name: 3) }".replace("3", '"x"')))

    assert code == "INVALID_GRAPHQL"
    assert '"@tag"' in message
    assert "@federation__tag" in message


@pytest.mark.parametrize("name", ["@sharable", "shareable", "@Shareable"])
def test_a_misspelt_import_is_guessed(name: str) -> None:
    link = f'@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["{name}"])'
    ((code, _, message),) = told(f"extend schema {link} type Query {{ a: Int }}")

    assert code == "INVALID_LINK_DIRECTIVE_USAGE"
    assert message.endswith("to import. Did you mean '@shareable'?")


def test_a_misspelt_type_is_guessed() -> None:
    ((code, place, message),) = told(linked(QUERY + "type Product { other: Prodct }"))

    assert (code, place) == ("INVALID_GRAPHQL", "one.graphql:3:16")
    assert message.endswith("which is not declared. Did you mean 'Product'?")


def test_a_directive_of_another_specification_needs_no_definition() -> None:
    sdl = (
        f'extend schema {LINK} @link(url: "https://example.org/own/v1.0", import: ["@mine"])'
        " type Query { a: Int @mine b: Int @own__other }"
    )

    assert compose([SubgraphDefinition("one", "", sdl)])


def test_a_composed_directive_whose_argument_is_of_a_linked_type_is_told() -> None:
    sdl = """
      extend schema
        @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@composeDirective"])
        @link(url: "https://example.org/own/v1.0", import: ["@mine"])
        @composeDirective(name: "@mine")
      directive @mine(level: own__Level) on FIELD_DEFINITION
      enum own__Level { LOW }
      type Query { a: Int @mine(level: LOW) }
    """

    ((code, _, message),) = told(sdl)

    assert code == "INVALID_GRAPHQL"
    assert "Unknown type: 'own__Level'" in message


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        (
            linked("schema { query: Root } type Root { a: Int } type Query { b: Int }"),
            "ROOT_QUERY_USED",
        ),
        (
            linked("schema { query: Query mutation: M } " + QUERY + "type M { a: Int }")
            + " type Mutation { b: Int }",
            "ROOT_MUTATION_USED",
        ),
        (linked(QUERY + "type A @key(fields: 3) { a: Int }"), "KEY_INVALID_FIELDS_TYPE"),
        (linked(QUERY + 'type A @key(fields: ["a"]) { a: Int }'), "KEY_INVALID_FIELDS_TYPE"),
        (
            "type Query { a: Query @provides(fields: 1) }",
            "PROVIDES_INVALID_FIELDS_TYPE",
        ),
        ("type Query { a: Int @requires(fields: yes) }", "REQUIRES_INVALID_FIELDS_TYPE"),
        (
            linked(QUERY).replace("federation/v2.7", "federation/v3.0"),
            "UNKNOWN_FEDERATION_LINK_VERSION",
        ),
        (linked(QUERY).replace('"@key"', '"@kye"'), "INVALID_LINK_DIRECTIVE_USAGE"),
        (linked(QUERY).replace('"@key"', '"key"'), "INVALID_LINK_DIRECTIVE_USAGE"),
    ],
)
def test_what_federation_forbids_in_a_text_has_its_own_code(sdl: str, expected: str) -> None:
    ((code, place, _),) = told(sdl)

    assert code == expected
    assert place.startswith("one.graphql:")


def test_a_list_of_field_sets_is_still_federation_1() -> None:
    sdl = 'type Query { a: A } type A @key(fields: ["id", "code"]) { id: ID! code: ID! }'

    assert '@join__type(graph: ONE, key: "id code")' in compose(
        [SubgraphDefinition("one", "", sdl)]
    )
