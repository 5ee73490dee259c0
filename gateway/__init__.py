"""A complete Federation gateway: composes, plans, executes and serves any subgraphs."""
