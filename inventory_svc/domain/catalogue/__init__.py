"""The reference copy of what is sold."""
