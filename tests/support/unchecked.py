"""Supergraphs of subgraphs that do not compose because some field cannot be reached."""

from collections.abc import Sequence

from gateway.composition.federation_1 import upgrade
from gateway.composition.merge import Merger
from gateway.composition.ownership import Ownership
from gateway.composition.reader import SubgraphDefinition, read_subgraphs
from gateway.composition.types import Declarations
from gateway.composition.writer import write_supergraph


def composed_unchecked(definitions: Sequence[SubgraphDefinition]) -> str:
    """Merge subgraphs without asking whether every field can be fetched."""
    subgraphs = tuple(map(upgrade, read_subgraphs(definitions).subgraphs))
    types = Merger(Declarations(subgraphs), Ownership(subgraphs)).types()
    return write_supergraph(subgraphs, tuple(types))
