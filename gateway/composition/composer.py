"""Composition: subgraphs in, the text of their supergraph out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.composition.executable_directives import merged_directive, shared_directives
from gateway.composition.federation_1 import upgrade
from gateway.composition.hints.all_hints import ALL_HINTS
from gateway.composition.hints.overrides_can_go import overrides_can_go
from gateway.composition.merge import Merger
from gateway.composition.ownership import Ownership
from gateway.composition.problems import DoesNotCompose, Hint, Level, Problem
from gateway.composition.reader import Reading, SubgraphDefinition, read_subgraphs
from gateway.composition.rules.all_rules import ALONE, TOGETHER, Composition
from gateway.composition.satisfiability import unsatisfiable_fields
from gateway.composition.soundness import unsound_parts
from gateway.composition.types import Declarations
from gateway.composition.writer import write_supergraph

_ANOTHER_MAY_HELP = frozenset(
    {
        "EXTERNAL_MISSING_ON_BASE",
        "EXTENSION_WITH_NO_BASE",
        "INTERFACE_FIELD_NO_IMPLEM",
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        "INTERFACE_OBJECT_USAGE_ERROR",
        "NO_QUERIES",
    }
)
"""Problems that a subgraph which cannot be read yet might turn out to solve."""


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
    reading = read_subgraphs(definitions)
    subgraphs = tuple(upgrade(subgraph) for subgraph in reading.subgraphs)
    composition = Composition(subgraphs, Declarations(subgraphs), Ownership(subgraphs))
    _require_none(list(_problems(reading, composition)), overrides_can_go(composition))
    _require_none(list(unsatisfiable_fields(composition)))
    types = tuple(Merger(composition.declarations, composition.ownership).types())
    hints = dict.fromkeys(hint for rule in ALL_HINTS for hint in rule(composition))
    directives = [merged_directive(each) for each in shared_directives(subgraphs)]
    supergraph = write_supergraph(subgraphs, types, directives)
    _require_none(list(unsound_parts(supergraph, composition.declarations)))
    return Composed(supergraph, tuple(hints))


def _problems(reading: Reading, composition: Composition) -> Iterator[Problem]:
    """What cannot be read, and what is wrong with the rest whatever the unread ones say.

    Subgraphs are compared once each of them makes sense: until then they differ for no good reason.
    """
    yield from reading.problems
    alone = [problem for rule in ALONE for problem in rule(composition)]
    yield from alone
    for rule in () if alone else TOGETHER:
        for problem in rule(composition):
            if not reading.problems or problem.code not in _ANOTHER_MAY_HELP:
                yield problem


def _require_none(problems: Sequence[Problem], hints: Iterable[Hint] = ()) -> None:
    if problems:
        warnings = (hint for hint in hints if hint.level is Level.WARN)
        raise DoesNotCompose(dict.fromkeys(problems), warnings)
