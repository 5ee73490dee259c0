"""Subgraphs read from their texts: each gets a name in the graph, or is told what is wrong."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, parse

from gateway.composition.document_reader import DocumentReader
from gateway.composition.elements import Subgraph
from gateway.composition.problems import Place, Problem
from gateway.composition.validity import faults
from gateway.federation_spec.directives import FederationNames, federation_names

_NOT_IN_ENUM_VALUES = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class SubgraphDefinition:
    """A subgraph as its owner gives it: a name, where to reach it, its SDL, and from which file."""

    name: str
    url: str
    sdl: str
    file: str | None = None

    @property
    def source(self) -> str:
        """What problems call the text."""
        return self.file or f"<{self.name}>"


@dataclass(frozen=True, slots=True)
class Reading:
    """The subgraphs that could be read, and what is wrong with the text of each."""

    subgraphs: tuple[Subgraph, ...]
    problems: tuple[Problem, ...]


def read_subgraphs(definitions: Sequence[SubgraphDefinition]) -> Reading:
    """Read every subgraph that can be read."""
    subgraphs, problems = [], list(_name_problems(definitions))
    for definition, graph in _with_graph_names({each.name: each for each in definitions}.values()):
        try:
            document = parse(definition.sdl)
        except GraphQLError as error:
            problems.append(_problem(definition, error))
            continue
        names = federation_names(document)
        found = faults(document, names)
        problems += [_problem(definition, each) for each in found]
        if not found:
            subgraphs.append(_read(definition, graph, document, names))
    return Reading(tuple(subgraphs), tuple(problems))


def _name_problems(definitions: Sequence[SubgraphDefinition]) -> Iterator[Problem]:
    names = [definition.name for definition in definitions]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            message = f"Two subgraphs are called {name!r}."
            yield Problem("INVALID_SUBGRAPH_NAME", message, (name,))
        if name in {"", "_"}:
            message = f"No subgraph can be called {name!r}."
            yield Problem("INVALID_SUBGRAPH_NAME", message, (name,))


def _problem(definition: SubgraphDefinition, error: GraphQLError) -> Problem:
    """The error as a problem, at the places it names."""
    places = tuple(
        Place(definition.name, definition.source, each.line, each.column)
        for each in error.locations or ()
    )
    code = str((error.extensions or {}).get("code", "INVALID_GRAPHQL"))
    return Problem(code, error.message, (definition.name,), places)


def _with_graph_names(
    definitions: Iterable[SubgraphDefinition],
) -> Iterator[tuple[SubgraphDefinition, str]]:
    taken: set[str] = set()
    for definition in definitions:
        base = _NOT_IN_ENUM_VALUES.sub("_", definition.name).upper()
        base = f"_{base}" if not base or base[0].isdigit() else base
        base = f"GRAPH{base}" if base.startswith("__") else base
        graph, count = base, 0
        while graph in taken:
            count += 1
            graph = f"{base}_{count}"
        taken.add(graph)
        yield definition, graph


def _read(
    definition: SubgraphDefinition, graph: str, document: DocumentNode, names: FederationNames
) -> Subgraph:
    reader = DocumentReader(definition.name, definition.source, document, names)
    return Subgraph(
        name=definition.name,
        graph=graph,
        url=definition.url,
        types=reader.types(),
        is_federation_1=names.is_federation_1,
        composed_directives=reader.composed_directives,
        directives=reader.directives(),
        schema_marks=reader.schema_marks(),
        version=names.version,
        file=definition.source,
    )
