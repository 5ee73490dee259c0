"""The one root field of a subscription: its arguments, and what else of the operation varies."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    get_named_type,
    get_nullable_type,
    is_list_type,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values

from gateway.execution.compiled_plan import CompiledPlan
from gateway.execution.event_payload import EventPayload, compile_event_payload
from gateway.execution.selections import SelectedField
from gateway.execution.snapshot_plan import SnapshotPlanning
from gateway.supergraph.model import EventSource, Supergraph


class Listed(NamedTuple):
    """Entities that an argument lists: the payload's field that shows them, and their key."""

    field: str
    key: str


@dataclass(frozen=True, slots=True)
class SubscriptionRoot:
    """What a subscription needs besides its plan.

    `payload_fields` are those of the event's type with the names of their types, `type_names` all
    types there are, `listed` the arguments that list keys of entities; `resolving` are the
    variables that count once an event is there (all but those that stand in the root field's
    arguments alone). Without an event source there is no `payload`: the events are a subgraph's.
    `showing` has the plan for snapshots. `identity` tells one prepared operation from another.
    """

    name: str
    key: str
    definition: GraphQLField
    node: FieldNode
    payload_fields: Mapping[str, str]
    resolving: tuple[str, ...]
    source: EventSource | None = None
    payload: EventPayload | None = None
    showing: SnapshotPlanning | None = None
    type_names: Container[str] = ()
    listed: Mapping[str, Listed] = field(default_factory=dict)
    identity: object = field(default_factory=object)

    def arguments(self, variables: VariableValues) -> Mapping[str, Any]:
        """Give the coerced arguments; raises GraphQLError."""
        return get_argument_values(self.definition, self.node, variables)


def subscription_root(
    supergraph: Supergraph,
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    roots: tuple[SelectedField, ...],
    plan: CompiledPlan,
    showing: SnapshotPlanning,
) -> SubscriptionRoot:
    """Describe the root field of a valid subscription; `schema` is the clients' one."""
    selected = roots[0]
    node = selected.appearances[0].node
    assert schema.subscription_type is not None  # noqa: S101  # the operation was validated
    source = supergraph.event_sources.get(selected.name)
    of = supergraph.schema.subscription_type
    definition = schema.subscription_type.fields[selected.name]
    payload_type = of.fields[selected.name].type if of else definition.type
    while hasattr(payload_type, "of_type"):
        payload_type = payload_type.of_type
    fields: Mapping[str, GraphQLField] = getattr(payload_type, "fields", {})
    text = plan.fetches[0].fetch.operation if plan.fetches else ""
    return SubscriptionRoot(
        name=selected.name,
        key=selected.response_key,
        definition=definition,
        node=node,
        payload_fields={name: get_named_type(one.type).name for name, one in fields.items()},
        resolving=_resolving(operation, [node for node, _ in selected.appearances], fragments),
        source=source,
        payload=compile_event_payload(text, supergraph.schema) if source else None,
        showing=showing if source else None,
        type_names=supergraph.schema.type_map,
        listed=dict(_listed(definition.args, fields, supergraph)),
    )


def _listed(
    arguments: Mapping[str, GraphQLArgument],
    fields: Mapping[str, GraphQLField],
    supergraph: Supergraph,
) -> Iterator[tuple[str, Listed]]:
    """An argument `skus` names the entities of the one list in the payload whose key is `sku`."""
    lists = [
        (name, get_named_type(one.type).name) for name, one in fields.items() if _is_list(one.type)
    ]
    for argument, of in arguments.items():
        key = argument.removesuffix("s")
        shown = [name for name, listed in lists if _has_key(listed, key, supergraph)]
        if key != argument and len(shown) == 1 and _is_list(of.type):
            yield argument, Listed(shown[0], key)


def _is_list(of: GraphQLInputType | GraphQLOutputType) -> bool:
    return is_list_type(get_nullable_type(of))


def _has_key(type_name: str, key: str, supergraph: Supergraph) -> bool:
    known = (each.types.get(type_name) for each in supergraph.subgraphs.values())
    return any(one.fields == key for of in known if of is not None for one in of.keys)


def _resolving(
    operation: OperationDefinitionNode,
    roots: Iterable[FieldNode],
    fragments: Mapping[str, FragmentDefinitionNode],
) -> tuple[str, ...]:
    """The root field may be selected several times: all its selections are merged."""
    finder = _Variables(roots)
    for part in (operation.selection_set, *fragments.values()):
        visit(part, finder)
    declared = (one.variable.name.value for one in operation.variable_definitions or ())
    return tuple(name for name in declared if name in finder.found)


class _Variables(Visitor):
    """Finds the variables that stand elsewhere than in the arguments of the root field."""

    def __init__(self, roots: Iterable[FieldNode]) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._roots = {id(node) for node in roots}

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        if id(node) not in self._roots:
            return None
        for part in (*(node.directives or ()), node.selection_set):
            if part is not None:
                visit(part, self)
        return self.SKIP

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)
