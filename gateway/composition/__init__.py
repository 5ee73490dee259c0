"""Subgraph texts in, one supergraph text out, or every reason why not."""
