"""The part of an order that one location prepares."""
