"""A Strawberry schema as a subgraph: ids, cursors, payloads, access, the app."""
