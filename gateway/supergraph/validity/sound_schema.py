"""The schema of a supergraph, unless something in the text would fail later, in a request."""

from collections.abc import Iterable, Sequence

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    validate_schema,
)
from graphql.validation import KnownDirectivesRule, UniqueDirectivesPerLocationRule
from graphql.validation.rules.known_argument_names import KnownArgumentNamesOnDirectivesRule
from graphql.validation.rules.provided_required_arguments import (
    ProvidedRequiredArgumentsOnDirectivesRule,
)
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import validate_sdl

from gateway.errors import InvalidSupergraph
from gateway.federation_spec.join import JoinNames
from gateway.supergraph.validity.field_sets import field_set_faults
from gateway.supergraph.validity.joins import join_faults

_ABOUT_USES = {
    KnownArgumentNamesOnDirectivesRule,
    KnownDirectivesRule,
    ProvidedRequiredArgumentsOnDirectivesRule,
    UniqueDirectivesPerLocationRule,
}
"""Directives of other tools need not be used as they are defined; who reads one looks at it."""
_RULES = [rule for rule in specified_sdl_rules if rule not in _ABOUT_USES]
_COMPLAINT = "The supergraph cannot be served"
_MOST_TOLD = 10


def sound_schema(document: DocumentNode, join: JoinNames, context: str) -> GraphQLSchema:
    """Look at everything; raises InvalidSupergraph with the reasons, and lines if there are any.

    `context` is the local name of `@context`.
    """
    _require_none(validate_sdl(document, rules=_RULES))
    _require_none(list(join_faults(document, join)))
    _require_none(list(field_set_faults(document, join, context)))
    return valid_schema(document, "The supergraph is no valid schema")


def valid_schema(document: DocumentNode, complaint: str) -> GraphQLSchema:
    """Build a schema; raises InvalidSupergraph, which begins with the complaint."""
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
        _require_none(validate_schema(schema), complaint)
    except (GraphQLError, TypeError) as error:
        # What graphql-core cannot even look at.
        raise InvalidSupergraph(f"{complaint}: {error}") from error
    return schema


def with_line(fault: GraphQLError) -> str:
    """Write what is wrong, and at which line if that is known."""
    line = f"line {fault.locations[0].line}: " if fault.locations else ""
    return f"{line}{fault.message}"


def _require_none(faults: Sequence[GraphQLError], complaint: str = _COMPLAINT) -> None:
    if faults:
        raise InvalidSupergraph(f"{complaint}: {'; '.join(_told(faults))}")


def _told(faults: Sequence[GraphQLError]) -> Iterable[str]:
    for fault in faults[:_MOST_TOLD]:
        yield with_line(fault).removesuffix(".")
    if len(faults) > _MOST_TOLD:
        yield f"and {len(faults) - _MOST_TOLD} more"
