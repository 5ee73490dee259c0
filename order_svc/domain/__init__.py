"""The rules of orders, as plain Python: records, tables and pure functions."""
