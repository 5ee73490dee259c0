"""Other services, as returns need them."""
