"""The rules of appointments; plain Python."""
