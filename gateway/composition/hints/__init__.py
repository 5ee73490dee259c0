"""What an author should know of subgraphs that compose: one file per matter, see `all_hints`."""
