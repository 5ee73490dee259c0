"""The states of everything an order holds, as tables."""
