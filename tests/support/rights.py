"""Who may call what in the whole graph, as the schemas say it: the table of docs/rights.md.

`python -m tests.support.rights` writes the table anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
)

from appointments_svc.api.schema import appointments_schema
from inventory_svc.api.schema import inventory_schema
from order_svc.api.schema import order_schema
from retail_kit.roles import SERVICE, Role
from returns_svc.api.schema import returns_schema
from service_kit.graphql.access import operations
from service_kit.graphql.schema import SubgraphSchema

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "rights.md"
COLUMNS: Final = (*(role.value for role in Role), SERVICE)
ENTITIES: Final = "_entities"
ROOTS: Final = ("Query", "Mutation", "Subscription")
CHANNEL: Final = "channel"
HEARTBEAT: Final = "heartbeatSeconds"
HEARTBEAT_SECONDS: Final = 60
_INTRODUCTION: Final = """\
# Who may call what

Written by `python -m tests.support.rights` from what each operation says of itself; a test holds
the two together and calls every operation as everybody. Nothing is open unless it says so. What
a role may do, it may do with its own things: a customer's orders, an assistant's shops.
`service` is another service of the system, and never a user. A visitor is nobody signed in.
Of `Subscription.availabilityChanged` visitors and customers hear what a storefront may show: they
name a channel, and are told what can be promised of new goods where that channel sells from.
What is on the shelves, used goods and other locations are for the back office.
"""
_SAMPLES: Final[Mapping[str, Any]] = {
    "Boolean": True,
    "CurrencyCode": "EUR",
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "Decimal": "1.00",
    "Float": 1.0,
    "ID": "bm8",
    "Int": 1,
    "String": "none-such",
}


@dataclass(frozen=True, slots=True)
class Right:
    """An operation (`Query.item`, `Item.positions`, `_entities.Item`) and who may call it."""

    service: str
    operation: str
    roles: frozenset[str]

    @property
    def parent(self) -> str:
        """Return the type, or `_entities`."""
        return self.operation.split(".")[0]

    @property
    def name(self) -> str:
        """Return the field, or the entity after `_entities`."""
        return self.operation.split(".")[1]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that reaches an operation with arguments of the right kind."""

    document: str
    variables: Mapping[str, Any]


def schemas() -> dict[str, SubgraphSchema]:
    """Build the schema of every service."""
    return {
        "inventory_svc": inventory_schema(),
        "order_svc": order_schema(),
        "returns_svc": returns_schema(),
        "appointments_svc": appointments_schema(),
    }


def rights() -> tuple[Right, ...]:
    """List every guarded operation of every service: roots first, then fields, then entities."""
    found = (
        Right(service, operation, frozenset(str(role) for role in roles))
        for service, schema in schemas().items()
        for operation, roles in operations(schema).items()
    )
    return tuple(sorted(found, key=lambda right: (right.service, *_place(right))))


def page() -> str:
    """Write the whole page."""
    return "\n".join([_INTRODUCTION, *_sections()]) + "\n"


def root_call(schema: GraphQLSchema, parent: str, name: str) -> Call:
    """Make a call of a root field."""
    root = schema.type_map[parent]
    assert isinstance(root, GraphQLObjectType)
    declared, field, variables = _called(name, root.fields[name], _named(parent, root.fields[name]))
    return Call(f"{parent.lower()} {declared} {{ {field} }}", variables)


def entity_call(schema: GraphQLSchema, right: Right, representation: Mapping[str, Any]) -> Call:
    """Make a call that fetches an entity, and the guarded field of it if it is one."""
    entity, declared, field = right.name, "", "__typename"
    variables: dict[str, Any] = {}
    if right.parent != ENTITIES:
        entity = right.parent
        type_: Any = schema.type_map[entity]
        declared, field, variables = _called(right.name, type_.fields[right.name])
    names = "$representations: [_Any!]!" + (f", {declared[1:-1]}" if declared else "")
    document = (
        f"query ({names}) {{ _entities(representations: $representations) "
        f"{{ __typename ... on {entity} {{ {field} }} }} }}"
    )
    return Call(
        document, {"representations": [{"__typename": entity, **representation}], **variables}
    )


def _named(parent: str, field: GraphQLField) -> frozenset[str]:
    """Give what is said although it need not be: of what to hear, and that one listens."""
    if parent != "Subscription":
        return frozenset()
    return frozenset({next(iter(field.args)), CHANNEL, HEARTBEAT})


def _called(
    name: str, field: GraphQLField, named: Collection[str] = ()
) -> tuple[str, str, dict[str, Any]]:
    """Give the variables' declaration in brackets, the field's text and the variables' values."""
    required = {
        argument: given.type
        for argument, given in field.args.items()
        if isinstance(given.type, GraphQLNonNull) or argument in named
    }
    declared = ", ".join(f"${argument}: {type_}" for argument, type_ in required.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in required)
    selection = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    text = f"{name}{f'({given})' if given else ''}{selection}"
    values = {
        argument: HEARTBEAT_SECONDS if argument == HEARTBEAT else _sample(type_)
        for argument, type_ in required.items()
    }
    return f"({declared})" if declared else "", text, values


def _sample(type_: GraphQLInputType) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return _sample(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [_sample(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return _sample_object(type_)
    return _SAMPLES[type_.name]


def _sample_object(type_: GraphQLInputObjectType) -> dict[str, Any]:
    """Give what is required; where nothing is, as in a @oneOf, the first field."""
    fields = type_.fields
    required = [name for name, field in fields.items() if is_required_input_field(field)]
    return {name: _sample(fields[name].type) for name in required or list(fields)[:1]}


def _place(right: Right) -> tuple[int, str, str]:
    if right.parent in ROOTS:
        return ROOTS.index(right.parent), "", ""
    return len(ROOTS) + (right.parent == ENTITIES), right.parent, right.name


def _sections() -> Iterator[str]:
    for service, of_service in groupby(rights(), key=lambda right: right.service):
        yield f"## {service}\n"
        yield f"| operation | {' | '.join(column.replace('_', ' ') for column in COLUMNS)} |"
        yield f"| --- |{' :-: |' * len(COLUMNS)}"
        yield from (_row(right) for right in of_service)
        yield ""


def _row(right: Right) -> str:
    marks: Sequence[str] = ["yes" if column in right.roles else "" for column in COLUMNS]
    return f"| `{right.operation}` | {' | '.join(marks)} |".replace("|  |", "| |")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
