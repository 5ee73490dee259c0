"""Whatever is put into a field set: what composes can be read, and what does not has a code."""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import build_snapshot
from tests.support.nested_field_sets import with_nested_field_set
from tests.support.random_graph import RandomGraph

_FIELDS = re.compile(r'fields: "(?P<fields>(?:[^"\\]|\\.)*)"')
_PUT_IN = (
    "...F",
    "... F { id }",
    "... { id }",
    "... on E0 { id }",
    "... on E1 { ...F }",
    "__typename",
    "id",
    "x: id",
    "@skip(if: true)",
    "(unit: $unit)",
    "(unit: [$unit])",
    "{ id }",
    "}",
    "# said",
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**64),
    put_in=st.sampled_from(_PUT_IN),
    at_end=st.booleans(),
)
def test_what_composes_can_be_read(seed: int, put_in: str, at_end: bool) -> None:
    random = Random(seed)  # noqa: S311 - a test wants to be repeated
    definitions = with_nested_field_set(RandomGraph(random).definitions(), random)
    places = [
        (number, found)
        for number, each in enumerate(definitions)
        for found in _FIELDS.finditer(each.sdl)
    ]
    number, found = random.choice(places)
    place = found.end("fields") if at_end else found.start("fields")
    sdl = definitions[number].sdl
    definitions[number] = replace(definitions[number], sdl=f"{sdl[:place]} {put_in} {sdl[place:]}")
    for problem in problems(definitions):
        assert problem.code
        assert problem.places


def problems(definitions: Sequence[SubgraphDefinition]) -> tuple[Problem, ...]:
    """Give those found; none if the supergraph can be served."""
    try:
        build_snapshot(compose(definitions))
    except DoesNotCompose as refused:
        return refused.problems
    return ()
