"""The rules of returns, free of frameworks."""
