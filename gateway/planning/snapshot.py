"""The immutable unit that moves through the gateway and is swapped whole on reload."""

from dataclasses import dataclass

from graphql import GraphQLSchema

from gateway.planning.planner import Planner
from gateway.supergraph.model import Supergraph
from gateway.supergraph.public_schema import public_schema
from gateway.supergraph.reader import read_supergraph


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One supergraph, ready to serve: `supergraph.subgraphs` maps a name to its record (`url`).

    `hidden_types` are those that no client sees, by name.
    """

    supergraph: Supergraph
    public_schema: GraphQLSchema
    planner: Planner
    hidden_types: frozenset[str]


def build_snapshot(supergraph_sdl: str) -> Snapshot:
    """Read a supergraph text; raises InvalidSupergraph."""
    supergraph = read_supergraph(supergraph_sdl)
    return snapshot_of(supergraph, Planner(supergraph))


def snapshot_of(supergraph: Supergraph, planner: Planner) -> Snapshot:
    """Serve a supergraph by a planner for it; raises InvalidSupergraph."""
    public = public_schema(supergraph)
    hidden = supergraph.schema.type_map.keys() - public.type_map.keys()
    return Snapshot(supergraph, public, planner, frozenset(hidden))
