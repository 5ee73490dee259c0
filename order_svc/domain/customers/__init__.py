"""Who orders, and what is personal about it."""
