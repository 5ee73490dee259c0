from typing import Any

import pytest
from graphql import build_schema

from gateway.execution.event_payload import compile_event_payload

SCHEMA = build_schema("""
  type Query { x: Int }
  type Subscription { changed: Change }
  type Change { type: String order: Order moves: [[Move]] subject: Subject named: Named }
  type Order implements Named { id: ID! name: String }
  type Place implements Named { id: ID! name: String }
  type Move { from: String place: Place }
  union Subject = Order | Place
  interface Named { name: String }
""")
PAYLOAD: dict[str, Any] = {
    "type": "MOVED",
    "order": {"id": "1"},
    "moves": [[{"from": "A", "place": {"id": "P"}}, None], None],
    "subject": {"__typename": "Place", "id": "P"},
    "named": {"__typename": "Order", "name": "n"},
    "secret": 1,
}


def read(selection: str, **variables: Any) -> Any:
    text = f"subscription($yes: Boolean!) {{ c: changed {{ {selection} }} }}"
    return compile_event_payload(text, SCHEMA).root(PAYLOAD, variables)["c"]


def test_fields_come_under_their_response_keys_and_what_is_not_there_is_null() -> None:
    assert read("what: type order { id name }") == {
        "what": "MOVED",
        "order": {"id": "1", "name": None},
    }


def test_lists_keep_their_places() -> None:
    assert read("moves { from place { id } }") == {
        "moves": [[{"from": "A", "place": {"id": "P"}}, None], None]
    }


def test_types_are_known_without_being_told_unless_they_are_abstract() -> None:
    assert read("__typename order { __typename } subject { __typename }") == {
        "__typename": "Change",
        "order": {"__typename": "Order"},
        "subject": {"__typename": "Place"},
    }


def test_fragments_count_for_their_types_only() -> None:
    selection = """subject { ... on Order { name } ... on Place { id } }
      named { ... on Named { name } ... on Place { id } }"""

    assert read(selection) == {"subject": {"id": "P"}, "named": {"name": "n"}}


def test_a_field_read_in_two_parts_is_whole() -> None:
    assert read("order { id } ... on Change { order { name } }") == {
        "order": {"id": "1", "name": None}
    }


@pytest.mark.parametrize("yes", [True, False])
def test_conditions_are_heeded(*, yes: bool) -> None:
    found = read("type @include(if: $yes) ... @skip(if: $yes) { order { id } }", yes=yes)

    assert found == ({"type": "MOVED"} if yes else {"order": {"id": "1"}})


def test_the_event_itself_is_never_touched_by_what_is_merged_into_the_answer() -> None:
    first = read("order { id } moves { from }")
    first["order"]["name"] = "merged"
    first["moves"][0].append("merged")

    assert read("order { name } moves { from }") == {
        "order": {"name": None},
        "moves": [[{"from": "A"}, None], None],
    }
