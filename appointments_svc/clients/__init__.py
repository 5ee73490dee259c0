"""Other services, as appointments need them."""
