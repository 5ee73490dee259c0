from collections.abc import Callable

import pytest
from graphql import parse

from gateway.errors import OperationTooComplex
from gateway.planning.effort import Effort
from gateway.planning.plan import QueryPlan
from tests.support.federated_graph import FederatedGraph

SUBGRAPHS, TYPES = 10, 6


def nasty_subgraph(number: int) -> str:
    """Every type of the interface, with a way on in every other, and inputs from its neighbours."""
    text = "type Query { node: Node @shareable } interface Node { id: ID! code: ID! }\n"
    for index in range(TYPES):
        leads_on = (number + index) % 2 == 0
        key = "id" if (number + index) % 3 else "id code"
        text += f'type T{index} implements Node @key(fields: "{key}") {{ id: ID! '
        text += f"code: ID! @shareable own{number}: Int all: Int @shareable "
        if leads_on:
            text += "next: Node @shareable "
        if leads_on and number:
            text += f"own{number - 1}: Int @external "
            text += f'made{number}: Int @requires(fields: "own{number - 1}") '
        text += "}\n"
    return text


@pytest.fixture(scope="module")
def graph() -> FederatedGraph:
    return FederatedGraph(**{f"s{number}": nasty_subgraph(number) for number in range(SUBGRAPHS)})


def nested(depth: int, level: str) -> str:
    """The level within itself: `#` marks where."""
    return level.replace("#", nested(depth - 1, level)) if depth else "id"


def everything(index: int) -> str:
    owned = " ".join(f"own{number}" for number in range(SUBGRAPHS))
    made = " ".join(f"made{n}" for n in range(1, SUBGRAPHS) if (n + index) % 2 == 0)
    return f"... on T{index} {{ {owned} {made} next {{ # }} }}"


DEEP = f"{{ node {{ {nested(12, everything(0))} }} }}"
LEVEL = " ".join(f"... on T{index} {{ all n{index}: next {{ # }} }}" for index in range(3))
WIDE = f"{{ node {{ {nested(5, LEVEL)} }} }}"


@pytest.mark.parametrize("operation", [DEEP, WIDE], ids=["deep", "wide"])
def test_the_search_ends_with_a_plan_after_a_stated_number_of_steps(
    graph: FederatedGraph, operation: str
) -> None:
    effort = Effort()

    plan = graph.snapshot.planner.plan(parse(operation), effort=effort)

    assert effort.at_leisure < effort.grown < effort.most
    assert len(plan.fetches) <= 4 * SUBGRAPHS


@pytest.mark.parametrize("operation", [DEEP, WIDE], ids=["deep", "wide"])
def test_haste_has_the_same_plan_every_time(graph: FederatedGraph, operation: str) -> None:
    def planned(among: FederatedGraph) -> QueryPlan:
        return among.snapshot.planner.plan(parse(operation), effort=Effort(50, 100))

    other = FederatedGraph(
        **{each.name: nasty_subgraph(number) for number, each in enumerate(graph.definitions)}
    )
    assert planned(graph) == planned(other)


def test_each_step_of_haste_looks_at_less(graph: FederatedGraph) -> None:
    efforts = [Effort(10**6, 10**6, 10**6), Effort(500, 10**6), Effort(500, 500)]

    for effort in efforts:
        graph.snapshot.planner.plan(parse(DEEP), effort=effort)

    leisurely, narrow, hasty = (effort.grown for effort in efforts)
    assert leisurely > 2 * narrow
    assert narrow > hasty


def test_a_hasty_plan_asks_only_what_subgraphs_have(graph: FederatedGraph) -> None:
    operation = f"{{ node {{ {nested(3, everything(1))} }} }}"
    hurried: Callable[..., QueryPlan] = graph.snapshot.planner.plan
    graph.check(hurried(parse(operation), effort=Effort(0, 0)))


def test_an_operation_beyond_all_bounds_is_refused(graph: FederatedGraph) -> None:
    effort = Effort(most=5_000)

    with pytest.raises(OperationTooComplex):
        graph.snapshot.planner.plan(parse(DEEP), effort=effort)
    assert effort.grown == 5_001


def test_a_dead_end_found_in_haste_is_not_called_unplannable() -> None:
    graph = FederatedGraph(
        a="""
          type Query { item: Item }
          type Item @key(fields: "id") { id: ID! size: Size @shareable }
          type Size @shareable { width: Int }
        """,
        b="""
          type Item @key(fields: "id") { id: ID! size: Size @shareable }
          type Size @shareable { height: Int }
        """,
    )
    document = parse("{ item { size { width height } } }")

    assert len(graph.snapshot.planner.plan(document).fetches) == 2
    with pytest.raises(OperationTooComplex):
        graph.snapshot.planner.plan(document, effort=Effort(0, 0))
