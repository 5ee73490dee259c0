"""Composition: subgraphs in, the text of their supergraph out."""

from collections.abc import Sequence

from gateway.composition.federation_1 import upgrade
from gateway.composition.merge import Merger
from gateway.composition.ownership import Ownership
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition, read_subgraphs
from gateway.composition.rules.all_rules import ALL_RULES, Composition
from gateway.composition.satisfiability import unsatisfiable_fields
from gateway.composition.types import Declarations
from gateway.composition.writer import write_supergraph


def compose(definitions: Sequence[SubgraphDefinition]) -> str:
    """Compose subgraphs into a supergraph; raises DoesNotCompose with every problem found."""
    subgraphs = tuple(upgrade(subgraph) for subgraph in read_subgraphs(definitions))
    composition = Composition(subgraphs, Declarations(subgraphs), Ownership(subgraphs))
    _require_none([problem for rule in ALL_RULES for problem in rule(composition)])
    _require_none(list(unsatisfiable_fields(composition)))
    types = tuple(Merger(composition.declarations, composition.ownership).types())
    return write_supergraph(subgraphs, types)


def _require_none(problems: Sequence[Problem]) -> None:
    if problems:
        raise DoesNotCompose(dict.fromkeys(problems))
