"""One appointment: from its hold to its end."""
