"""An event's own payload read by a plan's first fetch, as if a subgraph had answered it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)

from gateway.execution.merge import copied
from gateway.execution.selections import Conjunction, conditions_of, holds
from gateway.execution.tree import JsonObject

Variables: TypeAlias = Mapping[str, Any]
_Step: TypeAlias = Callable[[JsonObject, JsonObject, Variables], None]
"""Moves something from an event's object to the answer's object."""


@dataclass(frozen=True, slots=True)
class EventPayload:
    """What the first fetch selects of an event: the root's response key, and its reader."""

    key: str
    _step: _Step

    def root(self, payload: JsonObject, variables: Variables) -> JsonObject:
        """Give the data of the first fetch; a field that the payload has not is null."""
        out: JsonObject = {}
        self._step(payload, out, variables)
        return {self.key: out}


def compile_event_payload(operation: str, schema: GraphQLSchema) -> EventPayload:
    """Compile the text of a subscription's first fetch; `schema` is the supergraph's full one."""
    definition = next(
        node
        for node in parse(operation, no_location=True).definitions
        if isinstance(node, OperationDefinitionNode)
    )
    root = schema.subscription_type
    field = next(
        node for node in definition.selection_set.selections if isinstance(node, FieldNode)
    )
    if root is None or field.selection_set is None:
        raise ValueError("The first fetch of an event source selects no fields of an event.")
    of = get_named_type(root.fields[field.name.value].type)
    return EventPayload(_key(field), _object(field.selection_set, of, schema))


def _object(selections: SelectionSetNode, of: GraphQLNamedType, schema: GraphQLSchema) -> _Step:
    steps = [
        step for node in selections.selections if (step := _selection(node, of, schema)) is not None
    ]

    def run(source: JsonObject, out: JsonObject, variables: Variables) -> None:
        for step in steps:
            step(source, out, variables)

    return run


def _selection(node: SelectionNode, of: GraphQLNamedType, schema: GraphQLSchema) -> _Step | None:
    when = conditions_of(node)
    if when is None:
        return None
    if isinstance(node, FieldNode):
        return _conditional(_field(node, of, schema), when)
    if isinstance(node, InlineFragmentNode):
        return _conditional(_fragment(node, of, schema), when)
    return None


def _conditional(step: _Step, when: Conjunction) -> _Step:
    if not when:
        return step

    def run(source: JsonObject, out: JsonObject, variables: Variables) -> None:
        if holds(when, variables):
            step(source, out, variables)

    return run


def _fragment(node: InlineFragmentNode, of: GraphQLNamedType, schema: GraphQLSchema) -> _Step:
    condition = node.type_condition.name.value if node.type_condition else of.name
    inside = schema.get_type(condition) or of
    step = _object(node.selection_set, inside, schema)
    fixed = of.name if isinstance(of, GraphQLObjectType) else None
    members = _members(condition, schema)

    def run(source: JsonObject, out: JsonObject, variables: Variables) -> None:
        if source.get("__typename", fixed) in members:
            step(source, out, variables)

    return run


def _members(name: str, schema: GraphQLSchema) -> frozenset[str]:
    named = schema.get_type(name)
    possible = getattr(named, "types", None)
    if named is not None and not isinstance(named, GraphQLObjectType) and possible is None:
        possible = schema.get_possible_types(named)  # type: ignore[arg-type]  # an interface
    return frozenset({name, *(one.name for one in possible or ())})


def _field(node: FieldNode, of: GraphQLNamedType, schema: GraphQLSchema) -> _Step:
    key, name = _key(node), node.name.value
    if name == "__typename":
        fixed = of.name if isinstance(of, GraphQLObjectType) else None

        def typename(source: JsonObject, out: JsonObject, _: Variables) -> None:
            out[key] = fixed or source.get("__typename")

        return typename
    if node.selection_set is None:

        def leaf(source: JsonObject, out: JsonObject, _: Variables) -> None:
            out[key] = copied(source.get(name))

        return leaf
    definition = getattr(of, "fields", {})[name]
    below = _object(node.selection_set, get_named_type(definition.type), schema)

    def nested(source: JsonObject, out: JsonObject, variables: Variables) -> None:
        out[key] = _read(source.get(name), below, variables, out.get(key))

    return nested


def _read(value: Any, step: _Step, variables: Variables, present: Any) -> Any:
    """Read an object or a list; what a fragment has read of it before is kept."""
    if value.__class__ is list:
        before = present if present.__class__ is list else [None] * len(value)
        return [
            _read(one, step, variables, known) for one, known in zip(value, before, strict=True)
        ]
    if value.__class__ is not dict:
        return None
    out: JsonObject = present if present.__class__ is dict else {}
    step(value, out, variables)
    return out


def _key(node: FieldNode) -> str:
    return (node.alias or node.name).value
