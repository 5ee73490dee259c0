"""States, the steps between them, and the actions that take them."""
