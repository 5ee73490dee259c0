"""The log of events and the work that is due later."""
