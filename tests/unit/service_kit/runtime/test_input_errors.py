"""Values that are not of the graph's types are told with their code and their place."""

from typing import Any

import pytest
from graphql import build_schema, get_operation_ast, get_variable_values, parse

from service_kit.runtime.input_errors import with_places
from tests.support.library import VISITOR, context_of, library_schema

SCHEMA = library_schema()
MONEY = "query($input: MoneyInput!) { money(value: $input) { amount } }"
NUMBER = "query($v: Decimal!) { number(value: $v) }"
MOST_ERRORS = 50
"""So many wrong values of variables graphql-core tells."""


async def places(document: str, variables: dict[str, Any] | None = None) -> list[list[str]]:
    """Give the places of what is wrong, all with one code and where the document has them."""
    result = await SCHEMA.execute(document, variables, context_value=context_of(VISITOR))
    assert result.data is None
    errors = [error.formatted for error in result.errors or ()]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_USER_INPUT"}
    assert all(error["locations"] for error in errors)
    return [error["extensions"]["path"] for error in errors]


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        (
            MONEY,
            {"input": {"amount": "1,5", "currency": "eur"}},
            [["input", "amount"], ["input", "currency"]],
        ),
        (MONEY, {"input": {"amount": "1"}}, [["input"]]),
        (NUMBER, {}, [["v"]]),
        (NUMBER, {"v": None}, [["v"]]),
        ("query($v: Decimal = true) { number(value: $v) }", {}, [["v"]]),
        (
            "query($a: Boolean = true, $v: Decimal!) { number(value: $v) @include(if: $a) }",
            {"v": "x"},
            [["v"]],
        ),
    ],
)
async def test_a_variable_is_told_with_what_is_wrong_in_it(
    document: str, variables: dict[str, Any], expected: list[list[str]]
) -> None:
    assert await places(document, variables) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('{ money(value: {amount: "x", currency: "eur"}) { amount } }', ["amount", "currency"]),
        ('{ money(value: {amount: [1], currency: "EUR"}) { amount } }', ["amount"]),
    ],
)
async def test_a_value_in_the_document_is_told_with_what_is_wrong_in_it(
    document: str, expected: list[str]
) -> None:
    assert await places(document) == [["value", name] for name in expected]


async def test_a_value_of_a_later_argument_is_told_as_of_that_one() -> None:
    document = "{ number(value: true) book(isbn: 1.5) { title } }"

    assert await places(document) == [["value"], ["isbn"]]


@pytest.mark.parametrize(
    "document",
    [
        "query($v: Decimal!) { __typename }",
        "query($v: Int!) { number(value: $v) }",
        "query($v: Decimal!, $v: Int) { number(value: $v) }",
    ],
)
@pytest.mark.parametrize("value", ["1", "x"])
async def test_a_document_that_is_not_valid_is_refused_as_such_however_often_it_comes(
    document: str, value: str
) -> None:
    for _ in range(3):
        result = await SCHEMA.execute(document, {"v": value}, context_value=context_of(VISITOR))
        extensions = [error.extensions for error in result.errors or ()]

        assert result.data is None
        assert extensions
        assert all(each == {"code": "BAD_REQUEST"} for each in extensions)


def told_of(declared: str, sent: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    """Give the errors of variables, with their places, as many as are told of a request."""
    schema = build_schema("input Box { box: Box } type Query { f(n: [Int], b: Box): Int }")
    operation = get_operation_ast(parse(f"query({declared}) {{ __typename }}"))
    assert operation is not None
    definitions = operation.variable_definitions or ()
    errors = get_variable_values(schema, definitions, sent, MOST_ERRORS)
    assert isinstance(errors, list)
    found = with_places(errors, schema, operation, sent)
    assert [error.message for error in found] == [error.message for error in errors]
    return [(error.message, (error.extensions or {}).get("path")) for error in found]


def test_no_more_is_told_than_has_room() -> None:
    *first, (last, nowhere) = told_of("$n: [Int!]", {"n": ["x"] * 60})

    assert [path for _, path in first] == [["n", str(at)] for at in range(MOST_ERRORS)]
    assert (last[:15], nowhere) == ("Too many errors", None)


def test_what_is_nested_too_deeply_is_not_looked_into() -> None:
    box: dict[str, Any] = {}
    for _ in range(50_000):
        box = {"box": box}

    (_, path), (deep, nowhere) = told_of("$n: Int, $b: Box", {"n": "x", "b": box})

    assert (path, deep, nowhere) == (["n"], "Variable values are nested too deeply.", None)
