"""Positions, the ledger, reservations, and the decisions that change them."""
