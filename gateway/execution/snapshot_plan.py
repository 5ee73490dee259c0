"""The plan of a subscription's SNAPSHOT: the client's own, and the versions of what it shows.

An argument `orderId` names the entity of the payload's field `order`. Where that entity has a
`version`, the same `_entities` fetch that shows it reads the version too, so that the events
which the snapshot holds already can be told from those after it. The client does not see it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
    print_ast,
)

from gateway.errors import ClientError
from gateway.execution.compiled_plan import CompiledPlan, compile_plan
from gateway.execution.event_payload import EventPayload, compile_event_payload
from gateway.execution.projection import Projection
from gateway.execution.selections import Conjunction, FieldCollector, SelectedField
from gateway.planning.plan import QueryPlan
from gateway.planning.snapshot import Snapshot

ID = "Id"
"""How the name of an argument ends that names an entity."""
_VERSION = "version"


@dataclass(frozen=True, slots=True)
class ShownEntity:
    """An entity in a snapshot: the payload's field, its type, its id, and the version shown."""

    field: str
    type_name: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class SnapshotPlan:
    """The plan, its reader of the payload, and where the versions are in the tree."""

    plan: CompiledPlan
    payload: EventPayload
    _places: tuple[tuple[str, str, str], ...]
    _alias: str

    def shown(self, tree: Mapping[str, Any], named: Mapping[str, Any]) -> tuple[ShownEntity, ...]:
        """Give the entities whose version was read."""
        root = tree.get(self.payload.key)
        return tuple(self._shown(root, named)) if isinstance(root, dict) else ()

    def _shown(self, root: Mapping[str, Any], named: Mapping[str, Any]) -> Iterator[ShownEntity]:
        for field, type_name, key in self._places:
            entity = root.get(key)
            version = entity.get(self._alias) if isinstance(entity, dict) else None
            if type(version) is int and field in named:
                yield ShownEntity(field, type_name, named[field]["id"], version)


class SnapshotPlanning:
    """Makes the plan when the first snapshot is asked for."""

    def __init__(
        self,
        snapshot: Snapshot,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        projection: Projection,
        compiled: Callable[[QueryPlan], CompiledPlan],
        labels: frozenset[str],
    ) -> None:
        self._snapshot = snapshot
        self._operation = operation
        self._fragments = fragments
        self._projection = projection
        self._compiled = compiled
        self._labels = labels

    @cached_property
    def plan(self) -> SnapshotPlan | None:
        """The plan; None where no version can be read."""
        root = self._projection.root_fields[0]
        schema = self._snapshot.supergraph.schema
        places = tuple(_places(root, schema, self._fragments))
        if not places:
            return None
        alias = self._free_name()
        text = _reading(root, places, alias)
        try:
            planner = self._snapshot.planner
            plan = self._compiled(planner.plan(self._with(text), labels=self._labels))
        except ClientError:
            return None  # too much together: the snapshot is given all the same
        payload = compile_event_payload(plan.fetches[0].fetch.operation, schema)
        found = tuple((place.field, place.type_name, place.key) for place in places)
        return SnapshotPlan(plan, payload, tuple(dict.fromkeys(found)), alias)

    def _free_name(self) -> str:
        used = "".join(map(print_ast, [self._operation, *self._fragments.values()]))
        name = "shownVersion"
        while name in used:
            name += "_"
        return name

    def _with(self, text: str) -> DocumentNode:
        """Give the operation with another selection beside its own."""
        (more,) = parse(text, no_location=True).definitions
        assert isinstance(more, OperationDefinitionNode)  # noqa: S101  # written below
        own = self._operation
        both = (*own.selection_set.selections, *more.selection_set.selections)
        operation = OperationDefinitionNode(
            operation=own.operation,
            name=own.name,
            variable_definitions=own.variable_definitions,
            directives=own.directives,
            selection_set=SelectionSetNode(selections=both),
        )
        return DocumentNode(definitions=(operation, *self._fragments.values()))


@dataclass(frozen=True, slots=True)
class _Place:
    """An entity of the payload that the client selects, under a response key, if `when` holds."""

    field: str
    type_name: str
    key: str
    when: Conjunction


def _places(
    root: SelectedField,
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Iterator[_Place]:
    assert schema.subscription_type is not None  # noqa: S101  # the operation was validated
    definition = schema.subscription_type.fields[root.name]
    payload = get_named_type(definition.type)
    if not isinstance(payload, GraphQLObjectType):
        return
    named = {name.removesuffix(ID) for name in definition.args if name.endswith(ID)}
    for selected in FieldCollector(schema, fragments).collect(payload, root.below):
        field = payload.fields.get(selected.name)
        if field is None or field.args or selected.name not in named:
            continue
        of = get_named_type(field.type)
        if isinstance(of, GraphQLObjectType) and _has_version(of):
            for _, turn in selected.appearances:
                yield _Place(selected.name, of.name, selected.response_key, turn.when)


def _has_version(of: GraphQLObjectType) -> bool:
    field = of.fields.get(_VERSION)
    return field is not None and not field.args and get_named_type(field.type).name == "Int"


def _reading(root: SelectedField, places: Iterable[_Place], alias: str) -> str:
    node: FieldNode = root.appearances[0].node
    arguments = ", ".join(map(print_ast, node.arguments or ()))
    below = " ".join(
        f"{place.key}: {place.field}{_directives(place.when)} {{ {alias}: {_VERSION} }}"
        for place in places
    )
    call = f"{root.name}({arguments})" if arguments else root.name
    return f"subscription {{ {root.response_key}: {call} {{ {below} }} }}"


def _directives(when: Conjunction) -> str:
    return "".join(f" @{'skip' if one.negated else 'include'}(if: ${one.variable})" for one in when)


def compiling(
    projection: Projection, interfaces: frozenset[str]
) -> Callable[[QueryPlan], CompiledPlan]:
    """Give the compiler of plans that answer one operation."""
    return lambda plan: compile_plan(plan, projection, interfaces)
