"""The subgraph of appointments."""
