"""Intents about alerts."""
