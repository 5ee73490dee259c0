"""Random demands of random callers: who may not read a thing never has it fetched, or shown."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    validate,
    visit,
)
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.snapshot import build_snapshot
from gateway.transport.in_process import InProcessTransport
from service_kit.identity.caller import Caller
from tests.support.demands import DemandsOn, random_caller, random_demands
from tests.support.random_graph import RandomGraph
from tests.support.random_operation import WIDE, RandomOperation
from tests.support.random_subgraphs import Monolith, RandomSubgraph, _type_of

CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
DEMANDS, OPERATIONS, CALLERS = 2, 2, 3
"""How often a graph gets demands, and how many operations and callers of each are tried then.

A graph costs as much as several of them.
"""


class GuardedMonolith(Monolith):
    """The truth for one caller: a field that is hidden from them is an error."""

    def __init__(
        self, graph: RandomGraph, schema: GraphQLSchema, demands: DemandsOn, caller: Caller
    ) -> None:
        super().__init__(graph, schema)
        self._demands, self._caller = demands, caller

    def result(self, operation: str, variables: Mapping[str, Any]) -> Any:
        return execute_sync(
            self._schema,
            parse(operation),
            field_resolver=self._guarded,
            type_resolver=_type_of,
            variable_values=dict(variables),
        )

    def _guarded(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        parent, name = info.parent_type.name, info.field_name
        if self._demands.hides(self._caller, self._schema, parent, name):
            raise GraphQLError("hidden")
        return self._resolve(source, info, **arguments)


def helpers_of(graph: RandomGraph) -> set[str]:
    """Names of fields that the gateway may need itself: keys, and what is required."""
    required = {
        name
        for computed in graph.computed.values()
        for each in computed.values()
        for name, _ in each.requires
    }
    return {"id", "code", "label", "__typename", *required}


def null_at(data: Any, path: Sequence[str | int]) -> tuple[str | int, ...]:
    """Give where the null shows that an error at a path has led to."""
    for depth, step in enumerate(path):
        if data is None:
            return tuple(path[:depth])
        data = data[step]
    return tuple(path)


class Asked(Visitor):
    """Notes the coordinates that a document asks of object types."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.found: set[tuple[str, str]] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._info.get_parent_type()
        if isinstance(parent, GraphQLObjectType):
            self.found.add((parent.name, node.name.value))


def asked_in(document: str, schema: GraphQLSchema) -> set[tuple[str, str]]:
    info = TypeInfo(schema)
    asked = Asked(info)
    visit(parse(document), TypeInfoVisitor(info, asked))
    return asked.found


def subgraphs_of(graph: RandomGraph) -> dict[str, RandomSubgraph]:
    return {
        name: RandomSubgraph(graph, piece)
        for name, piece in graph.pieces.items()
        if piece.parts or piece.is_rating
    }


def supergraph_of(graph: RandomGraph) -> str | None:
    for _ in range(2):
        try:
            return compose(graph.definitions())
        except DoesNotCompose:
            graph.add_keys()
    return None


async def check_one(random: Random) -> None:
    graph = RandomGraph(random, is_plain=True)
    text = supergraph_of(graph)
    assume(text is not None)
    schema = build_snapshot(text or "").public_schema
    subgraphs = subgraphs_of(graph)
    for _ in range(DEMANDS):
        demands = random_demands(random, schema)
        written = demands.into(text or "", on_interfaces=random.random() < 0.5)
        served = Served(build_snapshot(written), PreparationOptions(WIDE), 10)
        case = Case(graph, subgraphs, served, demands)
        for _ in range(OPERATIONS):
            operation = RandomOperation(random, schema)
            if not validate(schema, parse(operation.text)):
                for _ in range(CALLERS):
                    await case.check_for(random_caller(random), operation)


class Case:
    """A graph with demands, and what its subgraphs are asked."""

    def __init__(
        self,
        graph: RandomGraph,
        subgraphs: Mapping[str, RandomSubgraph],
        served: Served,
        demands: DemandsOn,
    ) -> None:
        self._graph = graph
        self._subgraphs = subgraphs
        self._served = served
        self._demands = demands
        self._transport = InProcessTransport({name: each.ask for name, each in subgraphs.items()})
        self._asked: dict[tuple[str, str], set[tuple[str, str]]] = {}

    async def check_for(self, caller: Caller, operation: RandomOperation) -> None:
        for subgraph in self._subgraphs.values():
            subgraph.documents.clear()
        request = OperationRequest(operation.text, caller, variables=operation.variables)
        given_answer = await answer(self._served, self._transport, request)
        schema = self._served.snapshot.public_schema
        truth = GuardedMonolith(self._graph, schema, self._demands, caller)
        expected = truth.result(operation.text, operation.variables)
        assert given_answer.data == expected.data
        assert {error["extensions"]["code"] for error in given_answer.errors} <= {CODE}
        told = [tuple(error["path"]) for error in given_answer.errors]
        true = {tuple(error.path or ()) for error in expected.errors or ()}
        # Whoever completes an object may stop at the first reason why it is null, or tell them
        # all: answers may differ in what they tell below a null, but not in which nulls have a
        # reason.
        assert len(told) == len(set(told))
        assert all(len(null_at(expected.data, each)) < len(each) for each in true ^ set(told))
        assert {null_at(expected.data, each) for each in told} == {
            null_at(expected.data, each) for each in true
        }
        self._check_what_is_fetched(caller, schema)

    def _check_what_is_fetched(self, caller: Caller, schema: GraphQLSchema) -> None:
        helpers = helpers_of(self._graph)
        for subgraph, each in self._subgraphs.items():
            for document in each.documents:
                if (subgraph, document) not in self._asked:
                    self._asked[subgraph, document] = asked_in(document, each._schema)
                for type_name, name in self._asked[subgraph, document]:
                    is_hidden = self._demands.hides(caller, schema, type_name, name)
                    assert name in helpers or not is_hidden, (type_name, name, document)


def checked(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


@pytest.mark.timeout(600)
@checked(examples=60 // (DEMANDS * OPERATIONS))
@given(st.integers(0, 2**64))
@example(159_742_565)  # only the type of an object tells how far a null goes
async def test_what_is_hidden_from_a_caller_is_neither_fetched_nor_shown(seed: int) -> None:
    await check_one(Random(seed))  # noqa: S311 - a test wants to be repeated


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("half", [0, 1])
@checked(examples=5_000 // (DEMANDS * OPERATIONS) // 2)
@given(seed=st.integers(0, 2**64))
async def test_five_thousand_random_demands_hold(half: int, seed: int) -> None:
    await check_one(Random(2 * seed + half))  # noqa: S311 - a test wants to be repeated


def test_the_check_of_documents_sees_what_is_asked() -> None:
    schema = build_schema("type Query { a: A } type A { b: Int }")

    assert asked_in("{ x: a { y: b } }", schema) == {("Query", "a"), ("A", "b")}
