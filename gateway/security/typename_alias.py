"""A response key that only one field may have, because the gateway reads types by it."""

from typing import Any

from graphql import ASTValidationRule, FieldNode, GraphQLError

_TYPENAME = "__typename"


class OnlyTypesAreNamedTypename(ASTValidationRule):
    """Refuses `__typename` as an alias of another field.

    The value of that field would be taken for the name of its object's type: by the plan, which
    asks other subgraphs by it, and by the answer, which shows what that type may show.
    """

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Look at one field."""
        if node.alias and node.alias.value == _TYPENAME and node.name.value != _TYPENAME:
            message = f'"{_TYPENAME}" cannot be an alias of "{node.name.value}".'
            self.report_error(GraphQLError(message, node))
