"""The GraphQL subgraph of orders."""
