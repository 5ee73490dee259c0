"""What must hold for subgraphs to compose: one file per rule, listed in `all_rules`."""
