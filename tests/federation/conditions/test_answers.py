from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

OPERATION = """
  query ($deep: Boolean = false, $flat: Boolean = true) {
    item { name @skip(if: $flat) stock @include(if: $deep) { count } }
  }
"""


def graph() -> ServedGraph:
    return ServedGraph(
        catalogue=Held(
            'type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String }',
            roots={"item": {"id": "1", "name": "ball"}},
        ),
        stock=Held(
            'type Item @key(fields: "id") { id: ID! stock: Stock } type Stock { count: Int }',
            entities={"Item": [{"id": "1", "stock": {"count": 4}}]},
        ),
    )


@pytest.mark.parametrize(
    ("variables", "item", "asked"),
    [
        ({}, {}, ["catalogue"]),
        ({"flat": False}, {"name": "ball"}, ["catalogue"]),
        ({"deep": True}, {"stock": {"count": 4}}, ["catalogue", "stock"]),
    ],
)
async def test_a_fetch_for_what_is_left_out_is_not_sent(
    variables: dict[str, bool], item: dict[str, Any], asked: list[str]
) -> None:
    served = graph()

    shown = await served.show(OPERATION, **variables)

    assert shown.data == {"item": item}
    assert [name for name, _ in served.asked] == asked


async def test_the_condition_of_a_whole_fetch_stands_at_the_fetch() -> None:
    shown = await graph().show(OPERATION)

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      query ($deep: Boolean = false, $flat: Boolean = true) {
        item {
          name @skip(if: $flat)
          id @include(if: $deep)
        }
      }
    }
    Fetch #1 "stock" after #0 if $deep {
      _entities of item
        * as Item { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            stock {
              count
            }
          }
        }
      }
    }
  }
}\
""")
