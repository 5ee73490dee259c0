"""The inbound side: GraphQL over HTTP on Strawberry's view."""
