from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values
from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.plain_variables import plain_variables

SCHEMA = build_schema("""
  type Query { a: Int b: ID c: Float d(e: In, f: E): Int }
  input In { a: Int }
  enum E { X }
""")
TYPES = ["ID", "String", "Int", "Boolean", "Float", "In", "E", "[ID]"]


def both(declared: str, sent: dict[str, Any]) -> tuple[Any, Any]:
    """What the check gives, and what graphql-core does (None: it refuses)."""
    (operation,) = parse(f"query ({declared}) {{ a }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    definitions = operation.variable_definitions or ()
    whole = get_variable_values(SCHEMA, definitions, sent)
    return plain_variables(definitions)(sent), None if isinstance(whole, list) else whole.coerced


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("$a: ID!", {"a": "1"}),
        ("$a: ID", {"a": None}),
        ("$a: ID", {}),
        ("$a: ID", {"b": "not declared"}),
        ("$a: Int!, $b: Boolean", {"a": 2**31 - 1, "b": False}),
        ('$a: String! = "x"', {"a": "y"}),
        ('$a: String = "x"', {"a": None}),
    ],
)
def test_plain_values_are_what_they_are(declared: str, sent: dict[str, Any]) -> None:
    plain, whole = both(declared, sent)

    assert plain == whole
    assert plain is not None


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("$a: ID!", {"a": 1}),
        ("$a: ID!", {}),
        ("$a: ID!", {"a": None}),
        ("$a: Int", {"a": True}),
        ("$a: Int", {"a": 2**31}),
        ("$a: Float", {"a": 1}),
        ("$a: In", {"a": {}}),
        ('$a: String = "x"', {}),
    ],
)
def test_everything_else_is_left_to_graphql_core(declared: str, sent: dict[str, Any]) -> None:
    assert both(declared, sent)[0] is None


@given(
    st.sampled_from(TYPES),
    st.sampled_from(["", "!"]),
    st.dictionaries(
        st.just("a"), st.sampled_from([None, "1", "X", 1, 2**31, -(2**31), True, 1.0, [], {}])
    ),
)
def test_the_check_agrees_with_graphql_core(of: str, required: str, sent: dict[str, Any]) -> None:
    plain, whole = both(f"$a: {of}{required}", sent)

    assert plain is None or plain == whole
