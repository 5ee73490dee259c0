"""Intents about those who wait for an item to be back."""
