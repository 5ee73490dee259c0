from random import Random

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.snapshot import Snapshot, build_snapshot
from gateway.security.authentication import VISITOR
from gateway.transport.in_process import InProcessTransport
from tests.support.random_graph import RandomGraph
from tests.support.random_operation import RandomOperation
from tests.support.random_subgraphs import Monolith, RandomSubgraph


async def check_one(random: Random) -> None:
    graph = RandomGraph(random)
    snapshot = composed(graph)
    if snapshot is None:
        graph.add_keys()
        snapshot = composed(graph)
    if snapshot is None:
        assume(condition=False)
        return
    operation = RandomOperation(random, snapshot.public_schema)
    assume(not validate(snapshot.public_schema, parse(operation.text)))
    subgraphs = {
        name: RandomSubgraph(graph, piece)
        for name, piece in graph.pieces.items()
        if piece.parts or piece.is_rating
    }
    transport = InProcessTransport({name: each.ask for name, each in subgraphs.items()})
    request = OperationRequest(operation.text, VISITOR, variables=operation.variables)
    served = Served(snapshot, PreparationOptions(), 10)
    given_answer = await answer(served, transport, request)
    expected = Monolith(graph, snapshot.public_schema).answer(operation.text, operation.variables)
    assert not given_answer.errors, given_answer.errors
    assert given_answer.data == expected
    for _ in range(2):  # what is asked more often is completed by generated code
        again = await answer(served, transport, request)
    assert again.to_json() == given_answer.to_json()


def composed(graph: RandomGraph) -> Snapshot | None:
    try:
        return build_snapshot(compose(graph.definitions()))
    except DoesNotCompose as problem:
        if {each.code for each in problem.problems} != {"SATISFIABILITY_ERROR"}:
            raise
        return None


def checked(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


@pytest.mark.timeout(600)
@checked(examples=150)
@given(st.integers(0, 2**64))
async def test_a_random_graph_answers_like_one_monolith(seed: int) -> None:
    await check_one(Random(seed))  # noqa: S311 - a test wants to be repeated


@pytest.mark.long
@pytest.mark.timeout(3600)
@checked(examples=10_000)
@example(289_082_230_213_900)
@given(st.integers(0, 2**64))
async def test_ten_thousand_random_graphs_answer_like_one_monolith(seed: int) -> None:
    await check_one(Random(seed))  # noqa: S311 - a test wants to be repeated
