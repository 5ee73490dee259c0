"""One file per kind of stock command: how it is decided."""
