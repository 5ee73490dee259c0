"""From a client's operation to a plan of subgraph fetches: pure functions from data to data."""
