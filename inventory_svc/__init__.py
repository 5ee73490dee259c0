"""The inventory service: supply, stock, reservations and allocation."""
