"""A fault of one subgraph's text: GraphQL's error, with a code of the Federation specification."""

from graphql import GraphQLError
from graphql.language.ast import Node


def fault(code: str, message: str, *nodes: Node | None) -> GraphQLError:
    """Make a fault at the first of these nodes, which names the others too."""
    return GraphQLError(message, [each for each in nodes if each], extensions={"code": code})
