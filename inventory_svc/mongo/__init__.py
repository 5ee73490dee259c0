"""Inventory kept in MongoDB."""
