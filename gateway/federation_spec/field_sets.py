"""Field sets: the selections inside `@key`, `@requires` and `@provides`."""

from functools import lru_cache

from graphql import GraphQLSyntaxError, OperationDefinitionNode, SelectionSetNode, parse


class InvalidFieldSet(ValueError):
    """The text is not a selection set."""


@lru_cache(maxsize=4096)
def parse_field_set(text: str) -> SelectionSetNode:
    """Parse `id organization { id }`, with or without outer braces; raises InvalidFieldSet."""
    try:
        braced = text if text.lstrip().startswith("{") else f"{{{text}}}"
        definition, *others = parse(braced, no_location=True).definitions
    except GraphQLSyntaxError as error:
        raise InvalidFieldSet(f"{text!r} is not a field set: {error.message}") from error
    if others or not isinstance(definition, OperationDefinitionNode):
        raise InvalidFieldSet(f"{text!r} is not a field set.")
    return definition.selection_set
