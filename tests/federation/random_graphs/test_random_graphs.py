from random import Random

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from orjson import dumps

from gateway.composition.composer import compose
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.effort import Effort
from gateway.planning.labels import LabelSwitches
from gateway.planning.plan_text import plan_text
from gateway.planning.planner import Planner
from gateway.planning.snapshot import Snapshot, build_snapshot
from gateway.security.authentication import VISITOR
from gateway.transport.in_process import InProcessTransport
from tests.support.random_graph import RandomGraph
from tests.support.random_operation import WIDE, RandomOperation
from tests.support.random_subgraphs import Monolith, RandomSubgraph
from tests.support.random_waste import wasted

OPERATIONS = 5
"""How many operations are tried on a graph: a graph costs as much as many of them."""


async def check_one(random: Random) -> None:
    graph = RandomGraph(random)
    snapshot = build_snapshot(compose(graph.definitions()))
    case = Case(graph, snapshot)
    for _ in range(OPERATIONS):
        operation = RandomOperation(random, snapshot.public_schema)
        if not validate(snapshot.public_schema, parse(operation.text)):
            await case.check(operation)


class Case:
    """A graph, served from its subgraphs, and its monolith."""

    def __init__(self, graph: RandomGraph, snapshot: Snapshot) -> None:
        self._graph = graph
        self._snapshot = snapshot
        self._changes: list[str] = []
        self._subgraphs = {
            name: RandomSubgraph(graph, piece, self._changes)
            for name, piece in graph.pieces.items()
            if piece.parts or piece.is_rating
        }
        self._transport = InProcessTransport(
            {name: each.ask for name, each in self._subgraphs.items()}
        )
        self._served = Served(snapshot, PreparationOptions(WIDE), 10, LabelSwitches(graph.active))
        self._monolith = Monolith(graph, snapshot.public_schema)
        self._is_planned_alike = False

    async def check(self, operation: RandomOperation) -> None:
        self._check_plan(operation)
        request = OperationRequest(operation.text, VISITOR, variables=operation.variables)
        for each in self._subgraphs.values():
            each.asked.clear()
        self._changes.clear()
        given_answer = await answer(self._served, self._transport, request)
        expected = self._monolith.answer(operation.text, operation.variables)
        assert not given_answer.errors, (operation.text, given_answer.errors)
        assert given_answer.data == expected, operation.text
        assert dumps(given_answer.data) == dumps(expected), operation.text
        for each in self._subgraphs.values():
            assert len(each.asked) == len(set(each.asked)), operation.text
        self._check_resolved(operation)
        for _ in range(2):  # what is asked more often is completed by generated code
            again = await answer(self._served, self._transport, request)
        assert again.to_json() == given_answer.to_json()

    def _check_resolved(self, operation: RandomOperation) -> None:
        """See that all changes were made in turn, and nothing resolved that was not needed."""
        assert self._changes == self._monolith.changes, operation.text
        for each in self._subgraphs.values():
            needless = each.resolved - self._monolith.resolved
            assert not needless, (needless, each.documents, operation.text)

    def _check_plan(self, operation: RandomOperation) -> None:
        """See that there is a plan, always the same, and that no fetch of it is wasted."""
        document, effort = parse(operation.text), Effort()
        planner = self._snapshot.planner
        plan = planner.plan(document, labels=self._graph.active, effort=effort)
        if not self._is_planned_alike:  # once for each graph: a planner starts with nothing known
            fresh = Planner(self._snapshot.supergraph)
            assert fresh.plan(document, labels=self._graph.active) == plan
            self._is_planned_alike = True
        # With fewer options kept for each leaf the best may not be among them.
        is_leisurely = effort.grown <= effort.at_leisure
        waste = wasted(plan, document, strictly=is_leisurely)
        assert not waste, (waste, operation.text, plan_text(plan))


def checked(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=False,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


@pytest.mark.timeout(600)
@checked(examples=30)
@given(st.integers(0, 2**64))
@example(289_082_230_213_900)
@example(40_669_147)
@example(18_864)
@example(203_302)
@example(131)  # what only one type of an interface is asked for
async def test_a_random_graph_answers_like_one_monolith(seed: int) -> None:
    await check_one(Random(seed))  # noqa: S311 - a test wants to be repeated


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("half", [0, 1])
@checked(examples=10_000 // OPERATIONS // 2)
@given(seed=st.integers(0, 2**64))
async def test_ten_thousand_random_graphs_answer_like_one_monolith(half: int, seed: int) -> None:
    await check_one(Random(2 * seed + half))  # noqa: S311 - a test wants to be repeated
