"""Intents about supply that is on its way."""
