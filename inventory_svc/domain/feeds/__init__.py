"""Files of stock: how they are read, and how far."""
