"""Live subscriptions: one log read once, for as many listeners as there are."""
