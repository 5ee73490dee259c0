"""The GraphQL of returns."""
