"""Stock at the size of a national retailer: how fast it is read, fed, and sold."""
