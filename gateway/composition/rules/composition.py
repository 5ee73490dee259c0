"""What every rule looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.composition.elements import Subgraph
from gateway.composition.ownership import Ownership
from gateway.composition.problems import Problem
from gateway.composition.types import Declarations


@dataclass(frozen=True, slots=True)
class Composition:
    """The subgraphs, and two ways to look across them."""

    subgraphs: tuple[Subgraph, ...]
    declarations: Declarations
    ownership: Ownership


Rule = Callable[[Composition], Iterator[Problem]]
