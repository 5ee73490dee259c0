"""Return requests: how they begin, go on and end."""
