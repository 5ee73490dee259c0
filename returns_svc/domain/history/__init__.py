"""What is told of returns: their journey and their events."""
