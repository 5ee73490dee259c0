"""Kinds of appointments: how long they last, what they need, what they ask."""
