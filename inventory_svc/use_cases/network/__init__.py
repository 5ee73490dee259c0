"""Intents about locations and channels."""
