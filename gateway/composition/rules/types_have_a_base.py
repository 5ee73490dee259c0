"""What is extended somewhere is defined somewhere."""

from collections.abc import Iterator

from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition

_ROOTS = {"Query", "Mutation", "Subscription"}


def types_have_a_base(composition: Composition) -> Iterator[Problem]:
    """EXTENSION_WITH_NO_BASE: every subgraph that has the type extends it only."""
    for name, declared in composition.declarations.by_name.items():
        if name not in _ROOTS and all(each.is_extension for _, each in declared):
            message = f"{name} is only extended; no subgraph defines it."
            names = tuple(subgraph.name for subgraph, _ in declared)
            places = places_of(*(each for _, each in declared))
            yield Problem("EXTENSION_WITH_NO_BASE", message, names, places)
