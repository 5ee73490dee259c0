"""A demand that cannot be read is not taken for none: the supergraph is refused."""

import pytest

from gateway.errors import InvalidSupergraph
from gateway.supergraph.reader import read_supergraph

TEXT = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", as: "needs", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY) { query: Query }
enum join__Graph { ONE @join__graph(name: "one", url: "http://one") }
type Query @join__type(graph: ONE) { a: A @needs(scopes: [["x", "y"], ["z"]]) }
type A @join__type(graph: ONE) @policy(policies: "p") { b: Int }
"""
SCOPES, POLICIES = '(scopes: [["x", "y"], ["z"]])', '(policies: "p")'


def test_a_single_name_is_a_list_of_lists() -> None:
    demands = read_supergraph(TEXT).demands

    groups = {name: {each.groups for each in found} for name, found in demands.items()}
    assert groups == {
        "Query.a": {frozenset({frozenset({"x", "y"}), frozenset({"z"})})},
        "A": {frozenset({frozenset({"p"})})},
    }


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        (SCOPES, "", "Query.a: @needs needs scopes, a list of lists of strings"),
        (SCOPES, "(scopes: null)", "Query.a: @needs needs scopes"),
        (SCOPES, "(scopes: [null])", "Query.a: @needs needs scopes"),
        (SCOPES, "(scopes: [[null]])", "Query.a: @needs needs scopes"),
        (SCOPES, '(scopes: [["x", 3]])', "Query.a: @needs needs scopes"),
        (SCOPES, '(scope: [["x"]])', "Query.a: @needs needs scopes"),
        (POLICIES, "(policies: 3)", "A: @policy needs policies"),
        (POLICIES, "(policies: [[ADMIN]])", "A: @policy needs policies"),
    ],
)
def test_what_is_no_demand_is_refused(there: str, instead: str, told: str) -> None:
    with pytest.raises(InvalidSupergraph, match="The supergraph cannot be served") as caught:
        read_supergraph(TEXT.replace(there, instead))

    assert told in str(caught.value)
