from typing import Any

import pytest
import structlog
from graphql import build_schema, parse

from service_kit.graphql.documents import DocumentBounds
from service_kit.graphql.subgraph import build_subgraph_schema, print_sdl
from tests.support.library import (
    LIBRARIAN,
    SECRET,
    VISITOR,
    Mutation,
    Query,
    Shelf,
    Subscription,
    context_of,
    library_schema,
)

SCHEMA = library_schema()
ENTITIES = """query($r: [_Any!]!) {
  _entities(representations: $r) { ... on Book { title } ... on Shelf { shelfCode titles } }
}"""


async def run(document: str, variables: dict[str, Any] | None = None) -> Any:
    return await SCHEMA.execute(document, variables, context_value=context_of(LIBRARIAN))


def test_the_printed_schema_is_a_standard_subgraph() -> None:
    sdl = print_sdl(SCHEMA)

    assert sdl.startswith(
        'schema @link(url: "https://specs.apollo.dev/federation/v2.9", '
        'import: ["@inaccessible", "@key", "@shareable"]) {'
    )
    assert 'type Book @key(fields: "isbn") {' in sdl
    for shared in ("Money", "UserError", "PageInfo", "KeyValue", "BookConnection", "BookEdge"):
        assert f"type {shared} @shareable {{" in sdl
    assert "code: ErrorCode!" in sdl
    parse(sdl)


def test_the_answer_of_service_is_the_printed_schema() -> None:
    result = SCHEMA.execute_sync("{ _service { sdl } }", context_value=context_of(VISITOR))

    assert result.data is not None
    assert result.data["_service"]["sdl"].strip() == print_sdl(SCHEMA).strip()


def test_every_type_field_argument_and_value_of_the_kit_is_described() -> None:
    graph = build_schema(
        "directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT\n"
        "directive @shareable on OBJECT | FIELD_DEFINITION\n"
        "directive @inaccessible on FIELD_DEFINITION\n"
        "directive @link(url: String!, import: [String]) repeatable on SCHEMA\n" + print_sdl(SCHEMA)
    )
    mute = [
        f"{type_.name}.{name}"
        for type_ in graph.type_map.values()
        if not type_.name.startswith("_")
        for name, part in [
            ("", type_),
            *getattr(type_, "fields", {}).items(),
            *getattr(type_, "values", {}).items(),
        ]
        if not part.description and not name.startswith("_")
    ]

    assert mute == []


def test_two_schemas_live_side_by_side() -> None:
    other = build_subgraph_schema(Query)

    for schema in (SCHEMA, other):
        result = schema.execute_sync("{ __typename }", context_value=context_of(VISITOR))
        assert result.data == {"__typename": "Query"}
    assert "Shelf" in print_sdl(SCHEMA)
    assert "Shelf" not in print_sdl(other)


async def test_an_unexpected_error_is_masked_and_logged_under_its_id() -> None:
    with structlog.testing.capture_logs() as lines:
        result = await run("{ boom whoami }")

    assert result.data == {"boom": None, "whoami": "user ada for None"}
    (error,) = result.errors
    assert error.path == ["boom"]
    assert error.extensions["code"] == "INTERNAL"
    assert SECRET not in str(error.formatted)
    (line,) = lines
    assert line["error_id"] == error.extensions["errorId"]
    assert str(line["exc_info"]) == SECRET


async def test_a_refusal_of_a_query_keeps_its_code_path_and_figures() -> None:
    (error,) = (await run("{ refused }")).errors

    assert error.message == "No 0."
    assert error.extensions == {
        "code": "NOT_FOUND",
        "path": ["id"],
        "params": {"n": "0"},
        "retryable": False,
    }


async def test_several_refusals_of_a_query_are_told_together() -> None:
    (error,) = (await run("{ refused(times: 3) }")).errors

    assert error.extensions["params"] == {"n": "0"}
    assert [other["params"] for other in error.extensions["others"]] == [{"n": "1"}, {"n": "2"}]


async def test_a_coded_error_is_shown_as_it_is() -> None:
    (error,) = (await run("{ coded }")).errors

    assert (error.message, error.extensions) == ("Short and stout.", {"code": "TEAPOT"})


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ nothing }",
        "{ " * 300 + "}" * 300,
        "query A { whoami } query A { whoami }",
    ],
)
async def test_a_document_that_cannot_run_is_a_bad_request(document: str) -> None:
    result = await run(document)

    assert result.data is None
    assert {error.extensions["code"] for error in result.errors} == {"BAD_REQUEST"}


async def test_a_refused_mutation_answers_with_its_payload() -> None:
    result = await run(
        'mutation { bookLend(input: {idempotencyKey: "k", isbn: "none"}) {'
        " book { isbn } userErrors { code message path params { key } retryable } } }"
    )

    assert result.errors is None
    assert result.data == {
        "bookLend": {
            "book": None,
            "userErrors": [
                {
                    "code": "LENT_OUT",
                    "message": "It is not here.",
                    "path": ["input", "isbn"],
                    "params": [],
                    "retryable": True,
                }
            ],
        }
    }


async def test_a_failing_subscription_is_masked_too() -> None:
    source = await SCHEMA.stream("subscription { count(to: 2) }", context_value=context_of(VISITOR))
    results = [result async for result in source]

    assert [result.data for result in results] == [{"count": 0}, {"count": 1}, None]
    assert results[-1].errors[0].extensions["code"] == "INTERNAL"
    assert SECRET not in str(results[-1].errors[0].formatted)


async def test_one_bad_representation_spoils_only_itself() -> None:
    result = await run(
        ENTITIES,
        {
            "r": [
                {"__typename": "Book", "isbn": "isbn-1", "unheardOf": 1},
                {"__typename": "Book", "isbn": "gone"},
                {"__typename": "Book", "isbn": "boom"},
                {"__typename": "Book"},
                {"__typename": "Money", "amount": "1"},
                {"__typename": "Nothing"},
                {"isbn": "isbn-1"},
                "isbn-1",
                {"__typename": "Shelf"},
                {"__typename": "Book", "isbn": "isbn-2"},
            ]
        },
    )

    assert [each and each["title"] for each in result.data["_entities"]] == [
        "Book 1",
        *[None] * 8,
        "Book 2",
    ]
    assert {error.path[1]: error.extensions["code"] for error in result.errors} == {
        2: "INTERNAL",
        3: "INVALID_INPUT",
        4: "INVALID_INPUT",
        5: "INVALID_INPUT",
        6: "INVALID_INPUT",
        7: "INVALID_INPUT",
        8: "INVALID_INPUT",
    }


async def test_a_stub_is_made_from_its_key_in_the_names_of_the_graph() -> None:
    result = await run(ENTITIES, {"r": [{"__typename": "Shelf", "shelfCode": "S1"}]})

    assert result.errors is None
    (shelf,) = result.data["_entities"]
    assert shelf["shelfCode"] == "S1"
    assert shelf["titles"][0] == "S1: Book 1"


async def test_too_many_representations_are_refused() -> None:
    result = await run(ENTITIES, {"r": [{"__typename": "Book", "isbn": "isbn-1"}] * 2001})

    assert result.errors[0].extensions["code"] == "INVALID_INPUT"


async def test_the_gateway_gets_the_same_answer_for_the_same_representation_twice() -> None:
    variables = {"r": [{"__typename": "Book", "isbn": "isbn-1"}]}
    first = await run(ENTITIES, variables)

    assert (await run(ENTITIES, variables)).data == first.data


BOUNDED = build_subgraph_schema(
    Query,
    Mutation,
    Subscription,
    types=[Shelf],
    bounds=DocumentBounds(tokens=30, characters=400, depth=3),
)


@pytest.mark.parametrize(
    ("document", "accepted"),
    [
        ("{ down { down { __typename } } }", True),
        ("{ down { down { down { __typename } } } }", False),
        ("{ ...A } fragment A on Query { down { down { __typename } } }", True),
        ("{ down { ...A } } fragment A on Down { down { down { __typename } } }", False),
        ("{ ... on Query { down { ... { down { __typename } } } } }", True),
        ("{ whoami " + "whoami " * 26 + "}", True),
        ("{ whoami " + "whoami " * 28 + "}", False),
        ("{ whoami }" + "#\n" * 30, True),
        ("{ whoami }" + "#\n" * 31, False),
        ("{ whoami }" + " " * 390, True),
        ("{ whoami }" + " " * 391, False),
        ("{ ...A } fragment A on Query { ...A whoami }", False),
    ],
)
async def test_a_document_is_bounded_in_size_and_depth(document: str, *, accepted: bool) -> None:
    result = await BOUNDED.execute(document, context_value=context_of(VISITOR))

    assert (result.errors is None) is accepted
    assert all((e.extensions or {})["code"] == "BAD_REQUEST" for e in result.errors or [])


async def test_fragments_that_spread_twice_are_measured_once() -> None:
    levels = 200
    fragments = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)
    )
    result = await run(f"{{ ...F0 }} {fragments} fragment F{levels} on Query {{ whoami }}")

    assert result.data == {"whoami": "user ada for None"} or result.errors


async def test_a_document_that_cannot_be_parsed_is_told_in_a_stream_too() -> None:
    source = await SCHEMA.stream("subscription {", context_value=context_of(VISITOR))
    (result,) = [one async for one in source]
    assert [error.extensions for error in result.errors] == [{"code": "BAD_REQUEST"}]
