"""One subgraph wants several inputs for one object, and a client's condition takes some away."""

from collections.abc import Sequence
from typing import Any

import pytest
from inline_snapshot import snapshot

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.security.authentication import VISITOR
from tests.support.federated_graph import FederatedGraph
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

ITEM = {"sku": "S1", "ean": "E1", "label": "A lamp", "weight": 5, "size": {"depth": 2, "height": 9}}


def carried(sent: Any) -> dict[str, Any]:
    depth = (sent.get("size") or {}).get("depth", -100)
    return {"routes": [], "fee": 3 * sent.get("weight", -100), "crate": depth + 1}


TWO_KEYS = (
    SmallSubgraph(
        "shop",
        """
          type Query { item: Item @shareable }
          type Item @key(fields: "ean") { ean: ID! label: String }
        """,
        {"item": ITEM},
    ),
    SmallSubgraph(
        "catalogue",
        """
          type Query { item: Item @shareable }
          type Item @key(fields: "sku") { sku: ID! weight: Int }
        """,
        {"item": ITEM},
    ),
    SmallSubgraph(
        "carriers",
        """
          type Item @key(fields: "ean") @key(fields: "sku") {
            ean: ID! sku: ID! weight: Int @external
            routes: [String] fee: Int @requires(fields: "weight") }
        """,
        entities={"Item": carried},
    ),
)
NEVER_NULL = (
    SmallSubgraph(
        "catalogue",
        """
          type Query { item: Item }
          type Item @key(fields: "sku") { sku: ID! label: String weight: Int! size: Size }
          type Size { depth: Int! height: Int }
        """,
        {"item": ITEM},
    ),
    SmallSubgraph(
        "carriers",
        """
          type Item @key(fields: "sku") {
            sku: ID! weight: Int! @external size: Size @external routes: [String]
            fee: Int @requires(fields: "weight") crate: Int @requires(fields: "size { depth }") }
          type Size { depth: Int! @external }
        """,
        entities={"Item": carried},
    ),
)


def graph_of(subgraphs: Sequence[SmallSubgraph]) -> FederatedGraph:
    return FederatedGraph(**{one.name: one.sdl for one in subgraphs})


async def answer_of(
    subgraphs: Sequence[SmallSubgraph], operation: str, **variables: bool
) -> object:
    served = Served(snapshot_of(*subgraphs), PreparationOptions(), cached=1)
    request = OperationRequest(operation, VISITOR, variables=variables)
    given = await answer(served, transport_to(*subgraphs), request)
    assert not given.errors
    return given.data


def test_a_key_fetched_under_a_condition_is_not_asked_of_the_fields_beside_it() -> None:
    operation = "query ($quick: Boolean!) { item { label routes fee @skip(if: $quick) } }"
    assert graph_of(TWO_KEYS).plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Parallel {
      Fetch #0 "shop" {
        {
          item {
            label
            ean
          }
        }
      }
      Fetch #1 "catalogue" if not $quick {
        {
          item {
            sku
            weight
          }
        }
      }
    }
    Fetch #2 "carriers" after #0, #1 {
      _e0 of item
        * as Item { ean }
      _e1 of item
        * as Item { sku weight }
      query ($representations0: [_Any!]!, $representations1: [_Any!]!, $quick: Boolean!) {
        _e0: _entities(representations: $representations0) {
          ... on Item {
            routes
          }
        }
        _e1: _entities(representations: $representations1) @skip(if: $quick) {
          ... on Item {
            fee
          }
        }
      }
    }
  }
}\
""")


def test_a_never_null_input_under_a_condition_is_not_asked_of_the_fields_beside_it() -> None:
    operation = "query ($priced: Boolean!) { item { routes fee @include(if: $priced) } }"
    assert graph_of(NEVER_NULL).plan_text(operation) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "catalogue" {
      query ($priced: Boolean!) {
        item {
          sku
          weight @include(if: $priced)
        }
      }
    }
    Fetch #1 "carriers" after #0 {
      _e0 of item
        * as Item { sku }
      _e1 of item
        * as Item { sku weight }
      query ($representations0: [_Any!]!, $representations1: [_Any!]!, $priced: Boolean!) {
        _e0: _entities(representations: $representations0) {
          ... on Item {
            routes
          }
        }
        _e1: _entities(representations: $representations1) @include(if: $priced) {
          ... on Item {
            fee
          }
        }
      }
    }
  }
}\
""")


@pytest.mark.parametrize("subgraphs", [TWO_KEYS, NEVER_NULL])
async def test_a_field_is_answered_though_the_input_of_another_is_left_out(
    subgraphs: Sequence[SmallSubgraph],
) -> None:
    operation = "query ($quick: Boolean!) { item { label routes fee @skip(if: $quick) } }"
    found = {"label": "A lamp", "routes": []}
    assert await answer_of(subgraphs, operation, quick=True) == {"item": found}
    assert await answer_of(subgraphs, operation, quick=False) == {"item": {**found, "fee": 15}}


async def test_a_part_of_an_object_may_be_left_out_while_the_object_is_there() -> None:
    operation = """query ($packed: Boolean!) {
      item { size { height } routes crate @include(if: $packed) } }"""
    found = {"size": {"height": 9}, "routes": []}
    assert await answer_of(NEVER_NULL, operation, packed=False) == {"item": found}
    assert await answer_of(NEVER_NULL, operation, packed=True) == {"item": {**found, "crate": 3}}


async def test_fields_under_different_conditions_do_not_wait_for_each_others_inputs() -> None:
    operation = """query ($priced: Boolean!, $packed: Boolean!) {
      item { fee @include(if: $priced) ... @include(if: $packed) { crate routes } } }"""
    priced, packed = {"fee": 15}, {"crate": 3, "routes": []}
    assert [
        await answer_of(NEVER_NULL, operation, priced=is_priced, packed=is_packed)
        for is_priced in (True, False)
        for is_packed in (True, False)
    ] == [{"item": {**priced, **packed}}, {"item": priced}, {"item": packed}, {"item": {}}]


@pytest.mark.parametrize(
    "selections",
    [
        "weight routes fee @skip(if: $quick)",
        "routes @skip(if: $quick) fee @skip(if: $quick)",
        "fee ... @skip(if: $quick) { routes }",
    ],
)
def test_fields_share_a_call_when_their_inputs_are_there_together(selections: str) -> None:
    plan = graph_of(NEVER_NULL).plan(f"query ($quick: Boolean!) {{ item {{ {selections} }} }}")
    assert [len(fetch.entity_calls) for fetch in plan.fetches] == [0, 1]
