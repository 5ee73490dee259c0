"""How the stub subgraphs find their answers: the selections of an operation walked over a world."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_ast_schema,
    parse,
    validate,
    value_from_ast_untyped,
)

from bench.gateway.shop import SUBGRAPHS, Thing, shipping_estimate, world, world_of

_MACHINERY = """
scalar _Any
scalar FieldSet
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @key(fields: FieldSet!) repeatable on OBJECT
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external on FIELD_DEFINITION
directive @shareable on FIELD_DEFINITION
extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
"""
_ENTITIES = {
    "accounts": "union _Entity = User",
    "inventory": "type Query union _Entity = Product",
    "products": "union _Entity = Product",
    "reviews": "type Query union _Entity = Product | Review | User",
}


class CannotAnswer(Exception):
    """A gateway asked what the subgraph does not have; the message says what."""


def whole_answer(operation: str, variables: Mapping[str, Any]) -> Any:
    """Give what an operation of the public graph shall be answered with."""
    return {"data": _Walk(_asked(operation), variables, _ROOTS).answer()}


def subgraph_answer(subgraph: str, operation: str, variables: Mapping[str, Any]) -> Any:
    """Give a subgraph's answer; raises CannotAnswer."""
    roots = {**_ROOTS, "_entities": lambda given: _entities(subgraph, given["representations"])}
    return {"data": _Walk(_valid(subgraph, operation), variables, roots).answer()}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A parsed operation and its fragments."""

    selections: SelectionSetNode
    fragments: Mapping[str, FragmentDefinitionNode]
    defaults: Mapping[str, Any]


def _entities(subgraph: str, representations: Sequence[Thing]) -> list[Thing]:
    return [_entity(subgraph, one) for one in representations]


def _entity(subgraph: str, given: Thing) -> Thing:
    if given["__typename"] == "User":
        return world_of(given["id"]).user(given["id"])
    product = world_of(given["upc"]).product(given["upc"])
    if subgraph != "inventory":
        return product
    # What is required is taken from what was sent, so that a gateway must send it.
    required = [given.get("price"), given.get("weight")]
    estimate = None if None in required else shipping_estimate(given["price"], given["weight"])
    return {**product, "shippingEstimate": estimate}


_ROOTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "user": lambda given: world_of(given["id"]).user(given["id"]),
    "users": lambda given: world(given["world"]).users,
    "topProducts": lambda given: world(given["world"]).products[: given.get("first", 5)],
}


class _Walk:
    """One operation with its variables."""

    def __init__(
        self,
        asked: _Asked,
        variables: Mapping[str, Any],
        roots: Mapping[str, Callable[[Mapping[str, Any]], Any]],
    ) -> None:
        self._asked = asked
        self._variables = {**asked.defaults, **variables}
        self._roots = roots

    def answer(self) -> Thing:
        """Give the data."""
        written: Thing = {}
        for field in self._fields(self._asked.selections, "Query"):
            if field.name.value == "__typename":
                value: Any = "Query"
            else:
                value = self._roots[field.name.value](self._arguments(field))
            self._write(written, field, value)
        return written

    def _object(self, selections: SelectionSetNode, thing: Thing, written: Thing) -> Thing:
        for field in self._fields(selections, thing["__typename"]):
            self._write(written, field, thing[field.name.value])
        return written

    def _write(self, written: Thing, field: FieldNode, value: Any) -> None:
        key = field.alias.value if field.alias else field.name.value
        below = field.selection_set
        if below is None:
            written[key] = value
        elif isinstance(value, list):
            rows = written.setdefault(key, [{} for _ in value])
            for row, thing in zip(rows, value, strict=True):
                self._object(below, thing, row)
        else:
            written[key] = self._object(below, value, written.get(key, {}))

    def _fields(self, selections: SelectionSetNode, kind: str) -> Iterator[FieldNode]:
        for one in selections.selections:
            if not self._is_included(one.directives or ()):
                continue
            if isinstance(one, FieldNode):
                yield one
                continue
            fragment: Any = one
            if isinstance(one, FragmentSpreadNode):
                fragment = self._asked.fragments[one.name.value]
            condition = fragment.type_condition
            if condition is None or condition.name.value in (kind, "_Entity"):
                yield from self._fields(fragment.selection_set, kind)

    def _is_included(self, directives: Sequence[DirectiveNode]) -> bool:
        for one in directives:
            wanted = one.name.value == "include"
            given = one.arguments[0].value if one.arguments else None
            if given is None or value_from_ast_untyped(given, dict(self._variables)) != wanted:
                return False
        return True

    def _arguments(self, field: FieldNode) -> Mapping[str, Any]:
        return {
            one.name.value: value_from_ast_untyped(one.value, dict(self._variables))
            for one in field.arguments or ()
        }


@cache
def _asked(operation: str) -> _Asked:
    return _read(parse(operation, no_location=True))


@cache
def _valid(subgraph: str, operation: str) -> _Asked:
    document = parse(operation, no_location=True)
    if problems := validate(subgraph_schema(subgraph), document):
        raise CannotAnswer(f"{subgraph}: {problems[0].message} {operation}")
    return _read(document)


@cache
def subgraph_schema(subgraph: str) -> GraphQLSchema:
    """Give what a stub serves: what its subgraph declares, and `_entities`."""
    text = f"{_MACHINERY} {_ENTITIES[subgraph]} {SUBGRAPHS[subgraph]}"
    return build_ast_schema(parse(text), assume_valid_sdl=True)


def _read(document: DocumentNode) -> _Asked:
    operation = next(
        one for one in document.definitions if isinstance(one, OperationDefinitionNode)
    )
    if operation.operation is not OperationType.QUERY:
        raise CannotAnswer("Only queries are answered.")
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    defaults = {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }
    return _Asked(operation.selection_set, fragments, defaults)
