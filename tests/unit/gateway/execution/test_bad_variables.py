"""Variables that are not of the graph's types are told with their code and their place."""

from typing import Any

import pytest

from gateway.execution.answer import RequestErrors
from gateway.execution.preparation import PreparationOptions, PreparedOperation, prepare
from tests.support.federated_graph import FederatedGraph

GRAPH = FederatedGraph(
    stock="""
      type Query { taken(input: FeedInput!): Int }
      input FeedInput { key: String!, lines: [LineInput!]! }
      input LineInput { quantity: Int!, condition: Condition }
      enum Condition { NEW USED }
    """
)
FEED = "query ($input: FeedInput!, $deep: Boolean!) { taken(input: $input) @include(if: $deep) }"
GOOD = {"quantity": 1, "condition": "NEW"}


def prepared(*, suggestions: bool) -> PreparedOperation:
    return prepare(GRAPH.snapshot, FEED, None, PreparationOptions(suggestions=suggestions))


@pytest.mark.parametrize("suggestions", [True, False])
@pytest.mark.parametrize(
    ("line", "place"),
    [
        ({"quantity": 1.5}, ["quantity"]),
        ({"quantity": 2**31}, ["quantity"]),
        ({"quantity": None}, ["quantity"]),
        ({"quantity": 1, "condition": "USE"}, ["condition"]),
        ({}, []),
        ({"quantity": 1, "colour": "red"}, []),
    ],
)
def test_what_is_wrong_in_a_line_is_told_at_its_place(
    line: dict[str, Any], place: list[str], *, suggestions: bool
) -> None:
    sent = {"deep": True, "input": {"key": "k", "lines": [GOOD, line]}}

    with pytest.raises(RequestErrors) as refused:
        prepared(suggestions=suggestions).coerced(sent)

    (error,) = refused.value.errors
    path = ["input", "lines", "1", *place]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "path": path}
    assert "Did you mean" not in error["message"] or suggestions


def test_variables_that_are_missing_are_each_told() -> None:
    with pytest.raises(RequestErrors) as refused:
        prepared(suggestions=True).coerced({})

    places = [error["extensions"]["path"] for error in refused.value.errors]
    assert places == [["input"], ["deep"]]
