"""What the fetches of one run share."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gateway.execution.subgraph_errors import ErrorLog
from gateway.execution.tree import JsonObject


@dataclass(frozen=True, slots=True)
class RunState:
    """The tree that grows in place, the errors so far, the names of the graph's interfaces."""

    tree: JsonObject
    log: ErrorLog
    interfaces: AbstractSet[str]
