"""Small texts that ask for a lot of work: either there is a plan after so much of it, or a no."""

from functools import cache

import pytest

from gateway.errors import ClientError
from gateway.execution.answer import RequestErrors
from gateway.execution.preparation import PreparationOptions, prepare
from gateway.planning.snapshot import Snapshot
from tests.support.federated_graph import FederatedGraph
from tests.support.work import calls_in

MOST_CALLS = 1_000_000
"""Less than a second of a slow machine; ordinary operations take some ten thousand."""
MOST_OF_A_PLAN = 8_000_000
"""What the planner may take before it says no: see `planning/effort.py`."""


@cache
def graph(kinds: int) -> Snapshot:
    """Two interfaces of the same objects, each in a subgraph of its own."""
    ours = "".join(
        f'type T{k} implements I @key(fields: "id") {{ id: ID! next: I a(x: Int): Int }}\n'
        for k in range(kinds)
    )
    others = "".join(
        f'type T{k} implements J @key(fields: "id") {{ id: ID! other: J b: Int }}\n'
        for k in range(kinds)
    )
    return FederatedGraph(
        one=f"""type Query {{ i: I is: [I] }}
          interface I {{ id: ID! next: I a(x: Int): Int }} {ours}""",
        two=f"interface J {{ id: ID! other: J b: Int }} {others}",
    ).snapshot


def nested(field: str, depth: int, leaf: str) -> str:
    return "{ i " + f"{{ {field} " * depth + f"{{ {leaf} }}" + " }" * depth + " }"


def alternating(depth: int) -> str:
    """Through both interfaces in turn: every step may be any kind, and every kind takes a hop."""
    step = "{ next { ... on J { other { ... on I "
    return "{ i " + step * depth + "{ a }" + " } } } }" * depth + " }"


def doubling(levels: int) -> str:
    fragments = [
        f"fragment F{at} on I {{ next {{ ...F{at + 1} }} x{at}: next {{ ...F{at + 1} }} }}"
        for at in range(levels)
    ]
    return "{ i { ...F0 } } " + " ".join(fragments) + f" fragment F{levels} on I {{ a }}"


def conditional(count: int) -> str:
    variables = " ".join(f"$v{k}: Boolean!" for k in range(count))
    opened = "".join(f"{{ ... @include(if: $v{k}) " for k in range(count))
    return f"query({variables}) {{ i {opened}{{ ... on J {{ b }} }}{' }' * count} }}"


def arguments(count: int) -> str:
    fields = " ".join(f"a{k}: a(x: $v{k})" for k in range(count))
    return f"query({' '.join(f'$v{k}: Int' for k in range(count))}) {{ i {{ {fields} }} }}"


SERVED = {
    "deep": nested("next", 20, "a"),
    "deep, the leaf elsewhere": nested("next", 20, "... on J { b }"),
    "each kind by name": "{ is { " + " ".join(f"... on T{k} {{ b }}" for k in range(40)) + " } }",
    "many aliases": "{ i { " + " ".join(f"x{k}: a" for k in range(190)) + " } }",
    "many variables": arguments(190),
    "conditions in conditions": conditional(150),
    "one field many times": "{ i { " + "a " * 300 + "} }",
}
REFUSED = {
    "too deep": nested("next", 40, "a"),
    "fragments that double": doubling(60),
    "too many aliases": "{ i { " + " ".join(f"x{k}: a" for k in range(900)) + " } }",
    "too many variables": arguments(199).replace("query(", "query($more: Int, $most: Int, "),
    "variables nobody uses": arguments(1500).partition("{")[0] + "{ i { a } }",
    "a flood of directives": "{ i { a " + "@include(if: true) " * 1500 + "} }",
    "one field too many times": "{ i { " + "a " * 4_000 + "} }",
    "more text than there may be": "{ i { a } }" + " " * 200_000,
    "more words than there may be": "{ i { " + "a " * 12_000 + "} }",
}


@pytest.mark.parametrize("name", SERVED)
def test_what_is_within_the_bounds_is_planned_with_bounded_work(name: str) -> None:
    snapshot = graph(40)

    def run() -> None:
        prepare(snapshot, SERVED[name], None, PreparationOptions())

    run()
    assert calls_in(run) < MOST_CALLS


@pytest.mark.parametrize("name", REFUSED)
def test_what_goes_over_a_bound_is_refused_with_bounded_work(name: str) -> None:
    snapshot = graph(40)

    def run() -> None:
        prepare(snapshot, REFUSED[name], None, PreparationOptions())

    with pytest.raises(ClientError) as refused:
        run()
    assert refused.value.code == "OPERATION_TOO_COMPLEX"
    assert not isinstance(refused.value, RequestErrors)
    assert calls_in(run) < MOST_CALLS


@pytest.mark.parametrize(("kinds", "depth"), [(30, 1), (10, 6)])
def test_products_of_abstract_types_end_in_a_plan_or_a_no(kinds: int, depth: int) -> None:
    snapshot = graph(kinds)

    def run() -> None:
        prepare(snapshot, alternating(depth), None, PreparationOptions())

    assert calls_in(run) < MOST_OF_A_PLAN
