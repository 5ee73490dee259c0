"""Composition: subgraphs in, the text of their supergraph out."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.composition.federation_1 import upgrade
from gateway.composition.hints.all_hints import ALL_HINTS
from gateway.composition.merge import Merger
from gateway.composition.ownership import Ownership
from gateway.composition.problems import DoesNotCompose, Hint, Problem
from gateway.composition.reader import SubgraphDefinition, read_subgraphs
from gateway.composition.rules.all_rules import ALL_RULES, Composition
from gateway.composition.satisfiability import unsatisfiable_fields
from gateway.composition.types import Declarations
from gateway.composition.writer import write_supergraph


@dataclass(frozen=True, slots=True)
class Composed:
    """A supergraph's text, and what its authors should know about it."""

    supergraph: str
    hints: tuple[Hint, ...]


def compose(definitions: Sequence[SubgraphDefinition]) -> str:
    """Compose subgraphs into a supergraph; raises DoesNotCompose with every problem found."""
    return compose_with_hints(definitions).supergraph


def compose_with_hints(definitions: Sequence[SubgraphDefinition]) -> Composed:
    """Compose, and tell what is worth telling; raises DoesNotCompose."""
    subgraphs = tuple(upgrade(subgraph) for subgraph in read_subgraphs(definitions))
    composition = Composition(subgraphs, Declarations(subgraphs), Ownership(subgraphs))
    _require_none([problem for rule in ALL_RULES for problem in rule(composition)])
    _require_none(list(unsatisfiable_fields(composition)))
    types = tuple(Merger(composition.declarations, composition.ownership).types())
    hints = dict.fromkeys(hint for rule in ALL_HINTS for hint in rule(composition))
    return Composed(write_supergraph(subgraphs, types), tuple(hints))


def _require_none(problems: Sequence[Problem]) -> None:
    if problems:
        raise DoesNotCompose(dict.fromkeys(problems))
