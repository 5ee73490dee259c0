"""Inventory shown as a GraphQL subgraph."""
