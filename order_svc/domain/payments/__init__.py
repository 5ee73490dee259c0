"""The money of an order: tenders, what becomes of each, and refunds."""
