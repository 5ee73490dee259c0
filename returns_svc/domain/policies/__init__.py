"""Policies: who may give what back until when, what is refunded, where the goods go."""
