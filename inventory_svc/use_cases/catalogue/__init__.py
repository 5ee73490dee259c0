"""Intents about items."""
