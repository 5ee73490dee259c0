"""A graph without queries is none."""

from collections.abc import Iterator

from gateway.composition.problems import Problem
from gateway.composition.rules.composition import Composition


def queries_exist(composition: Composition) -> Iterator[Problem]:
    """NO_QUERIES: some subgraph must have a query field."""
    if not any(each.fields for _, each in composition.declarations.by_name.get("Query", ())):
        yield Problem("NO_QUERIES", "No subgraph has a query field.")
