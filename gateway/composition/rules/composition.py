"""What every rule looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.composition.elements import Subgraph
from gateway.composition.ownership import FieldShare, Ownership
from gateway.composition.problems import Problem
from gateway.composition.types import Declarations


@dataclass(frozen=True, slots=True)
class Composition:
    """The subgraphs, and two ways to look across them."""

    subgraphs: tuple[Subgraph, ...]
    declarations: Declarations
    ownership: Ownership

    def shares_by_interface(self, type_name: str, field: str) -> list[FieldShare]:
        """Who has an object's field by an interface object, which gives it to every type."""
        return [
            share
            for declared in self.declarations.interface_objects_of(type_name)
            for share in self.ownership.shares(declared, field)
        ]


Rule = Callable[[Composition], Iterator[Problem]]
