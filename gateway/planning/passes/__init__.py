"""Passes over the fetch graph, one file each, run in order until nothing changes."""
