"""What a new supergraph takes away from the clients of an old one.

The two are compared by what clients may see; then by who may see it, which no public schema tells.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    find_breaking_changes,
    find_dangerous_changes,
    is_required_argument,
    is_required_input_field,
)

from gateway.supergraph.model import Demand, DemandKind, Supergraph
from gateway.supergraph.public_schema import public_schema

_BUILT_IN = "Standard scalar "
"""What graphql-core says of Int and the like when nothing mentions them any more."""


class Severity(StrEnum):
    """Whether an operation that worked stops working, or may give what its client cannot read."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change that clients should be asked about."""

    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.message}"


def changes_between(old: Supergraph, new: Supergraph) -> tuple[Change, ...]:
    """Every breaking change, then every dangerous one, in alphabetical order."""
    before, after = public_schema(old), public_schema(new)
    found = {
        *_schema_changes(before, after),
        *_input_changes(before, after),
        *_access_changes(old, new, before, after),
    }
    return tuple(sorted(found))


def _schema_changes(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    for broken in find_breaking_changes(before, after):
        if broken.description.startswith(_BUILT_IN):
            continue
        yield Change(Severity.BREAKING, broken.type.name, broken.description)
    for risky in find_dangerous_changes(before, after):
        yield Change(Severity.DANGEROUS, risky.type.name, risky.description)


def _input_changes(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    """What was optional and is not any more, without a change of its type."""
    for name, old in before.type_map.items():
        new = after.type_map.get(name)
        if isinstance(old, GraphQLInputObjectType) and isinstance(new, GraphQLInputObjectType):
            if new.is_one_of and not old.is_one_of:
                message = f"{name} takes exactly one of its fields now."
                yield Change(Severity.BREAKING, "INPUT_CHANGED_TO_ONE_OF", message)
            yield from _defaults(name + ".{}", old.fields, new.fields)
        known = _fields(new)
        for field, declared in _fields(old).items():
            if field in known:
                arguments = known[field].args
                yield from _defaults(f"{name}.{field}({{}}:)", declared.args, arguments)


def _defaults(
    coordinate: str,
    before: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
    after: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
) -> Iterator[Change]:
    for name, old in before.items():
        new = after.get(name)
        # Another type is told already, and null to non-null is such a change.
        is_told = new is not None and str(old.type) != str(new.type)
        if new is not None and not is_told and _is_required(new) and not _is_required(old):
            message = f"{coordinate.format(name)} has lost its default value: it is required now."
            yield Change(Severity.BREAKING, "DEFAULT_VALUE_REMOVED", message)


def _access_changes(
    old: Supergraph, new: Supergraph, before: GraphQLSchema, after: GraphQLSchema
) -> Iterator[Change]:
    """What some callers cannot read any more who could."""
    for coordinate, demands in new.demands.items():
        if not (_is_public(coordinate, before) and _is_public(coordinate, after)):
            continue
        had = old.demands.get(coordinate, frozenset())
        more = sorted(_in_words(each) for each in demands if not _is_met_by(had, each))
        if more:
            message = f"{coordinate} demands {' '.join(more)} now."
            yield Change(Severity.BREAKING, "ACCESS_RESTRICTED", message)


def _is_met_by(had: Iterable[Demand], demand: Demand) -> bool:
    """Whether everybody who meets the demands there were meets this one.

    Who has a scope has a token.
    """
    if demand.kind is DemandKind.AUTHENTICATED:
        return any(each.kind is not DemandKind.POLICIES for each in had)
    wanted = demand.groups or ()
    return any(
        each.kind is demand.kind
        and all(any(group <= known for group in wanted) for known in each.groups or ())
        for each in had
    )


def _in_words(demand: Demand) -> str:
    """Write a demand as the directive that says it."""
    if demand.kind is DemandKind.AUTHENTICATED:
        return f"@{demand.kind}"
    groups = sorted(sorted(group) for group in demand.groups or ())
    name = "scopes" if demand.kind is DemandKind.SCOPES else "policies"
    return f"@{demand.kind}({name}: {json.dumps(groups)})"


def _is_public(coordinate: str, schema: GraphQLSchema) -> bool:
    name, _, field = coordinate.partition(".")
    known = schema.type_map.get(name)
    return known is not None and (not field or field in _fields(known))


def _fields(known: GraphQLNamedType | None) -> Mapping[str, GraphQLField]:
    return known.fields if isinstance(known, GraphQLObjectType | GraphQLInterfaceType) else {}


def _is_required(declared: GraphQLArgument | GraphQLInputField) -> bool:
    if isinstance(declared, GraphQLArgument):
        return is_required_argument(declared)
    return is_required_input_field(declared)
