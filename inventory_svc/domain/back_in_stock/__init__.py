"""Who wants to hear that an item can be bought again, and whose turn it is."""
