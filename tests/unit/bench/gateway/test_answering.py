from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, execute_sync, parse

from bench.gateway.answering import CannotAnswer, subgraph_answer
from bench.gateway.shop import world
from bench.gateway.sides import supergraph
from bench.gateway.workloads import HEAVY, SINGLE, WORKLOADS, Workload
from gateway.planning.snapshot import build_snapshot

_MONOLITH = """
type Query {
  user(id: ID!): User
  users(world: Int!): [User!]!
  topProducts(world: Int!, first: Int! = 5): [Product!]!
}
type User { id: ID! name: String! username: String! birthday: String! reviews: [Review!]! }
type Product {
  upc: String! name: String! price: Int weight: Int inStock: Boolean! shippingEstimate: Int
  reviews: [Review!]!
}
type Review { id: ID! body: String! author: User! product: Product! }
"""


class _Root:
    """The root fields, as graphql-core calls them."""

    def user(self, _: object, **given: Any) -> Any:
        return world(int(given["id"].split("-")[0])).user(given["id"])

    def users(self, _: object, **given: Any) -> Any:
        return world(given["world"]).users

    def topProducts(self, _: object, **given: Any) -> Any:  # noqa: N802  # the field's name
        return world(given["world"]).products[: given["first"]]


def _of_graphql_core(workload: Workload, number: int) -> Any:
    schema: GraphQLSchema = build_schema(_MONOLITH)
    document = parse(workload.operation)
    result = execute_sync(
        schema, document, _Root(), variable_values=dict(workload.variables(number))
    )
    assert not result.errors
    return {"data": result.data}


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one.name)
def test_the_expected_answer_is_what_one_schema_with_all_the_data_gives(workload: Workload) -> None:
    assert workload.answer(3) == _of_graphql_core(workload, 3)


def test_no_two_worlds_have_an_answer_in_common() -> None:
    for workload in WORKLOADS:
        assert workload.answer(3) != workload.answer(4)


def test_the_operations_are_valid_and_need_as_many_subgraphs_as_they_say() -> None:
    planner = build_snapshot(supergraph(range(1, 5))).planner
    fetches = [len(planner.plan(parse(workload.operation)).fetches) for workload in WORKLOADS]
    assert fetches[:2] == [1, 3]
    assert fetches[2] >= 6


def test_the_heavy_answer_has_about_88_kilobytes() -> None:
    assert 80_000 < len(str(HEAVY.answer(1))) < 100_000
    assert SINGLE.body(1) != SINGLE.body(2)


def test_what_a_subgraph_does_not_declare_is_not_answered() -> None:
    with pytest.raises(CannotAnswer, match="accounts: Cannot query field 'reviews'"):
        subgraph_answer("accounts", "{ users(world: 1) { reviews { id } } }", {})


def test_an_estimate_needs_what_it_requires() -> None:
    query = """query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Product { shippingEstimate } } }"""
    key = {"__typename": "Product", "upc": "1-p0"}
    whole = {**key, "price": 899, "weight": 100}
    answer = subgraph_answer("inventory", query, {"representations": [key, whole]})
    estimates = [one["shippingEstimate"] for one in answer["data"]["_entities"]]
    assert estimates == [None, 50]


def test_what_comes_by_two_selections_of_a_field_is_one_answer() -> None:
    answer = subgraph_answer(
        "accounts",
        """query ($with: Boolean!) { user(id: "1-u0") { id }
        again: user(id: "1-u1") { id name @include(if: $with) }
        user(id: "1-u0") { name @skip(if: $with) username } }""",
        {"with": True},
    )
    assert answer["data"] == {
        "user": {"id": "1-u0", "username": "ada.lane"},
        "again": {"id": "1-u1", "name": "Bo Holm"},
    }
