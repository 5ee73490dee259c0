"""One name, one kind."""

from collections.abc import Iterator

from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition


def kinds_agree(composition: Composition) -> Iterator[Problem]:
    """TYPE_KIND_MISMATCH: a name stands for different kinds of type."""
    for name, declared in composition.declarations.by_name.items():
        kinds = {each.kind for _, each in declared}
        if len(kinds) > 1:
            said = ", ".join(f"{each.kind} in {subgraph.name}" for subgraph, each in declared)
            names = tuple(subgraph.name for subgraph, _ in declared)
            places = places_of(*(each for _, each in declared))
            yield Problem("TYPE_KIND_MISMATCH", f"{name} is {said}.", names, places)
