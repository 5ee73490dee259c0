"""Ways to reach a subgraph."""
