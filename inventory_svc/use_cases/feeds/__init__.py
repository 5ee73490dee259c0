"""Intents about feeds of stock."""
