"""Who calls: callers, signing keys and the tokens that carry them."""
