"""Whether a supergraph can be served: all of it is looked at once, when it is read."""
