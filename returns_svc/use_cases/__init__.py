"""What callers can do with returns."""
