"""Other services, as orders need them."""
