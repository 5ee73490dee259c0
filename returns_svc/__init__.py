"""Returns: what comes back, what is decided about it, and what is given back for it."""
