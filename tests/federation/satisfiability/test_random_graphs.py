"""What composition says can be fetched, the planner plans; what it says cannot be, it refuses."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, combinations
from random import Random

import pytest
from graphql import DocumentNode, parse, validate
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.composition.reader import SubgraphDefinition
from gateway.errors import Unplannable
from gateway.planning.snapshot import Snapshot, build_snapshot
from tests.support.every_field import operations
from tests.support.nested_field_sets import with_nested_field_set
from tests.support.random_graph import RandomGraph
from tests.support.unchecked import composed_unchecked

_KEY = re.compile(r"@key\((?P<fields>fields: \"[^\"]*\")\)")
_LABEL = re.compile(r'overrideLabel: "([^"]*)"')
_EXAMPLE = re.compile(r"Example: (?P<operation>.*)$")
MOST_OPERATIONS = 120
NESTED = 0.5


def check_one(random: Random) -> bool:
    """Check one graph, and tell whether it composed."""
    graph = RandomGraph(random, has_holes=random.random() < 0.2)
    definitions = [spoilt(each, random) for each in graph.definitions()]
    if random.random() < NESTED:
        definitions = with_nested_field_set(definitions, random)
    try:
        supergraph = compose(definitions)
    except DoesNotCompose as refused:
        assume({problem.code for problem in refused.problems} == {"SATISFIABILITY_ERROR"})
        check_refusal(definitions, refused)
        return False
    check_every_field(supergraph)
    return True


def spoilt(definition: SubgraphDefinition, random: Random) -> SubgraphDefinition:
    """Close some of the ways into a subgraph."""
    closed = random.choice([0, 0.2, 0.5])

    def key(match: re.Match[str]) -> str:
        resolvable = ", resolvable: false" if random.random() < closed else ""
        return f"@key({match['fields']}{resolvable})"

    return replace(definition, sdl=_KEY.sub(key, definition.sdl))


def check_every_field(supergraph: str) -> None:
    snapshot = build_snapshot(supergraph)
    for operation in operations(snapshot.public_schema, MOST_OPERATIONS):
        document = parse(operation)
        assert not validate(snapshot.public_schema, document), operation
        plan_for_every_label(snapshot, document, supergraph)


def check_refusal(definitions: Sequence[SubgraphDefinition], refused: DoesNotCompose) -> None:
    supergraph = composed_unchecked(definitions)
    snapshot = build_snapshot(supergraph)
    for problem in refused.problems:
        shown = _EXAMPLE.search(problem.message)
        assert shown, problem.message
        document = parse(shown["operation"])
        assert not validate(snapshot.public_schema, document), problem.message
        with pytest.raises(Unplannable):
            plan_for_every_label(snapshot, document, supergraph)


def plan_for_every_label(snapshot: Snapshot, document: DocumentNode, supergraph: str) -> None:
    for labels in settings_of_labels(supergraph):
        snapshot.planner.plan(document, labels=labels)


def settings_of_labels(supergraph: str) -> list[frozenset[str]]:
    """Any of the labels of overrides on, and the others off."""
    every = sorted(set(_LABEL.findall(supergraph)))
    together = (combinations(every, many) for many in range(len(every) + 1))
    return [frozenset(each) for each in chain.from_iterable(together)]


def checked(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )


@pytest.mark.timeout(600)
@checked(examples=60)
@given(st.integers(0, 2**64))
@example(21_939)  # a key comes from one place and what is required from another
@example(115_202)  # which place gives what is required depends on a label
def test_composition_and_planner_agree_on_what_can_be_fetched(seed: int) -> None:
    check_one(Random(seed))  # noqa: S311 - a test wants to be repeated


@pytest.mark.timeout(600)
@checked(examples=60)
@given(st.integers(0, 2**64))
def test_both_agree_on_what_is_required_and_keyed_by_several_levels_down(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test wants to be repeated
    graph = RandomGraph(random, is_plain=True)
    graph.add_keys()
    supergraph = compose(with_nested_field_set(graph.definitions(), random))
    check_every_field(supergraph)


@pytest.mark.long
@pytest.mark.timeout(3600)
@checked(examples=3_000)
@given(st.integers(0, 2**64))
def test_composition_and_planner_agree_on_thousands_of_graphs(seed: int) -> None:
    check_one(Random(seed))  # noqa: S311 - a test wants to be repeated
