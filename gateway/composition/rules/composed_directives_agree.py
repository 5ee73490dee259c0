"""A directive that several subgraphs pass on is the same one in each of them."""

from collections.abc import Iterator

from gateway.composition.elements import ComposedDirective, Subgraph
from gateway.composition.problems import Problem
from gateway.composition.rules.composition import Composition


def composed_directives_agree(composition: Composition) -> Iterator[Problem]:
    """DIRECTIVE_COMPOSITION_ERROR."""
    by_local: dict[str, tuple[Subgraph, ComposedDirective]] = {}
    by_own: dict[tuple[str, str], tuple[Subgraph, str]] = {}
    majors: dict[str, tuple[Subgraph, int]] = {}
    for subgraph in composition.subgraphs:
        for local, directive in subgraph.composed_directives.items():
            link = directive.link
            first, same = by_local.setdefault(local, (subgraph, directive))
            origin = (link.identity, directive.own_name)
            if (same.link.identity, same.own_name) != origin:
                what = f"@{same.own_name} of {same.link.identity}"
                yield _problem(f"@{local} is {what} in {first.name}, and another here.", subgraph)
            first, name = by_own.setdefault(origin, (subgraph, local))
            if name != local:
                yield _problem(f"@{local} is called @{name} in {first.name}.", subgraph)
            first, major = majors.setdefault(link.identity, (subgraph, link.version[0]))
            if major != link.version[0]:
                message = f"{link.url} is of another major version in {first.name}: v{major}."
                yield _problem(message, subgraph)


def _problem(message: str, subgraph: Subgraph) -> Problem:
    places = subgraph.schema_marks.of("composeDirective").places
    return Problem("DIRECTIVE_COMPOSITION_ERROR", message, (subgraph.name,), places)
