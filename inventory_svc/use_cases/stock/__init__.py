"""Intents about stock."""
