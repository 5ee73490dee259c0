"""Intents about the rules of the stock."""
