"""The order as a whole, and every way in which it changes."""
