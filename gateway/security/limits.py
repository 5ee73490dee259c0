"""How large an operation may be: each bound, what it measures, and the check of them all."""

from dataclasses import dataclass, fields

from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode, parse

from gateway.errors import InvalidRequest, OperationTooComplex
from gateway.security.expansion import expanded_size
from gateway.security.measures import Measures, measure


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """The largest operation that is planned.

    `tokens` bounds the text; `selections` counts fields, fragments and spreads with every spread
    written out; `duplicates` the fields that repeat a response key beside another; `name` the
    characters of an operation's name. A subgraph's own bounds are wider, so that a refusal is ours.
    """

    tokens: int = 10_000
    characters: int = 100_000
    name: int = 100
    operations: int = 10
    selections: int = 5_000
    depth: int = 25
    aliases: int = 200
    root_fields: int = 50
    directives: int = 200
    duplicates: int = 300
    variables: int = 200


_MEASURED = frozenset(field.name for field in fields(Measures))
_WORDS = {
    "depth": "levels of nested fields",
    "duplicates": "fields that repeat a response key",
    "root_fields": "root fields",
}


def parse_within(text: str, limits: OperationLimits) -> DocumentNode:
    """Parse a document of bounded length; raises OperationTooComplex, GraphQLSyntaxError."""
    if len(text) > limits.characters:
        raise OperationTooComplex(
            f"The document has {len(text)} characters; at most {limits.characters} are allowed."
        )
    try:
        return parse(text, max_lexical_tokens=limits.tokens, max_comments=limits.tokens)
    except GraphQLSyntaxError as error:
        if "Parsing aborted" in error.message:
            raise OperationTooComplex(error.message) from error
        raise


def check_name(name: str | None, limits: OperationLimits) -> None:
    """Raise InvalidRequest for an operation's name that is too long for logs and metrics."""
    if name is not None and len(name) > limits.name:
        raise InvalidRequest(f"The name of an operation has at most {limits.name} characters.")


def check_limits(document: DocumentNode, limits: OperationLimits) -> None:
    """Raise OperationTooComplex for the first bound gone over, InvalidOperation for a cycle.

    The cost is linear: the size is counted without writing anything out, and only what is small
    enough is then walked.
    """
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and definition.name is not None:
            check_name(definition.name.value, limits)
    size = expanded_size(document)
    if size > limits.selections:
        raise OperationTooComplex(
            f"The document comes to {min(size, 10**9)} selections; "
            f"at most {limits.selections} are allowed."
        )
    found = measure(document)
    for name in sorted(_MEASURED):
        value, limit = getattr(found, name), getattr(limits, name)
        if value > limit:
            words = _WORDS.get(name, name)
            raise OperationTooComplex(
                f"The document has {value} {words}; at most {limit} are allowed."
            )
