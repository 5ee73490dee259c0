"""How much an operation may make the planner look at: steps are counted, never seconds."""

from dataclasses import dataclass

from gateway.errors import OperationTooComplex
from gateway.planning.options import MOST_OPTIONS


@dataclass(slots=True)
class Effort:
    """The ways grown for one operation so far, and after how many the search becomes narrower.

    Up to `at_leisure` all options are kept that may be the best; then the cheapest two of each
    leaf. After `in_haste` one is kept, and the search leaves no subgraph that it need not leave.
    After `most` the operation is refused.
    """

    at_leisure: int = 10_000
    in_haste: int = 30_000
    most: int = 50_000
    grown: int = 0

    @property
    def is_hasty(self) -> bool:
        """Whether the first thing that works is taken."""
        return self.grown > self.in_haste

    @property
    def breadth(self) -> int:
        """How many options of a leaf are worth keeping."""
        if self.grown <= self.at_leisure:
            return MOST_OPTIONS
        return 1 if self.is_hasty else 2

    def grow(self) -> None:
        """Count one more way; raises OperationTooComplex."""
        self.grown += 1
        if self.grown > self.most:
            raise OperationTooComplex("The operation needs too much planning.")
