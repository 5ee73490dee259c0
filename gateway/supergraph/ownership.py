"""Who has which type and which field, for every version of the Join specification.

Since v0.2 the text says it. In v0.1 (the supergraphs of Federation 1) an entity has an owner with
all its fields but those that name another graph; the others extend it, and of the owner's fields
they know those that their keys, `requires` and `provides` mention.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    FieldDefinitionNode,
    FieldNode,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    SelectionSetNode,
    TypeNode,
    UnionTypeDefinitionNode,
)

from gateway.federation_spec.field_sets import parse_field_set
from gateway.federation_spec.join import JoinField, JoinNames, JoinType

Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
Joined = Composite | UnionTypeDefinitionNode


class Ownership:
    """The answers for one document."""

    def __init__(self, definitions: Iterable[Joined], join: JoinNames) -> None:
        self._join = join
        self._definitions = {node.name.value: node for node in definitions}
        self._mentions = _Mentions(self._definitions)
        if join.has_owners:
            self._mention()

    def types(self, definition: Joined) -> tuple[JoinType, ...]:
        """Which graphs know the type, one entry per key; none: it is known everywhere."""
        entries, owner = self._join.types(definition), self._join.owner(definition)
        if owner is None:
            return entries
        extending = tuple(
            JoinType(
                entry.graph,
                entry.key,
                extension=entry.graph != owner,
                resolvable=entry.resolvable,
                is_interface_object=False,
            )
            for entry in entries
        )
        known = {entry.graph for entry in entries}
        mentioned = {owner, *self._mentions.graphs[definition.name.value]} - known
        return extending + tuple(
            JoinType(graph, None, extension=False, resolvable=False, is_interface_object=False)
            for graph in sorted(mentioned)
        )

    def fields(self, definition: Composite, node: FieldDefinitionNode) -> tuple[JoinField, ...]:
        """Which graphs have the field; none: every graph that knows its type."""
        entries, owner = self._join.fields(node), self._join.owner(definition)
        if owner is None:
            return entries
        placed = [entry for entry in entries if entry.graph is not None]
        if not placed:
            placed = [_in_graph(owner, external=False)]
        known = {entry.graph for entry in placed}
        mentioned = self._mentions.fields[definition.name.value, node.name.value]
        return (
            *placed,
            *(
                _in_graph(graph, external=external)
                for graph, external in sorted(mentioned.items())
                if graph not in known
            ),
        )

    def _mention(self) -> None:
        for definition in self._definitions.values():
            name = definition.name.value
            for entry in self._join.types(definition):
                if entry.key is not None:
                    self._mentions.of_key(entry.graph, name, entry.key)
            if isinstance(definition, UnionTypeDefinitionNode):
                continue
            for node in definition.fields or ():
                for use in self._join.fields(node):
                    if use.graph is not None and use.requires:
                        self._mentions.of_input(use.graph, name, use.requires)
                    if use.graph is not None and use.provides:
                        self._mentions.of_input(use.graph, named_type(node.type), use.provides)


@dataclass(slots=True)
class _Mentions:
    """What a graph's field sets name of types that it does not own.

    `fields` tells, by type and field, which graphs name it, and whether as external: the parts of
    a key below its own fields come with the key, so these are not.
    """

    definitions: Mapping[str, Joined]
    graphs: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fields: defaultdict[tuple[str, str], dict[str, bool]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def of_key(self, graph: str, type_name: str, text: str) -> None:
        for on, node in self._selected(type_name, parse_field_set(text)):
            self._add(graph, on, node.name.value, external=on == type_name)

    def of_input(self, graph: str, type_name: str, text: str) -> None:
        for on, node in self._selected(type_name, parse_field_set(text)):
            self._add(graph, on, node.name.value, external=True)

    def _add(self, graph: str, type_name: str, name: str, *, external: bool) -> None:
        self.graphs[type_name].add(graph)
        known = self.fields[type_name, name]
        known[graph] = known.get(graph, True) and external

    def _selected(
        self, type_name: str, selections: SelectionSetNode
    ) -> Iterator[tuple[str, FieldNode]]:
        for node in selections.selections:
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_name
                yield from self._selected(condition, node.selection_set)
            elif isinstance(node, FieldNode):
                yield type_name, node
                below = self._type_of(type_name, node.name.value)
                if node.selection_set is not None and below is not None:
                    yield from self._selected(below, node.selection_set)

    def _type_of(self, type_name: str, name: str) -> str | None:
        definition = self.definitions.get(type_name)
        if definition is None or isinstance(definition, UnionTypeDefinitionNode):
            return None
        found = (node for node in definition.fields or () if node.name.value == name)
        return next((named_type(node.type) for node in found), None)


def _in_graph(graph: str, *, external: bool) -> JoinField:
    return JoinField(
        graph=graph,
        type=None,
        requires=None,
        provides=None,
        external=external,
        override=None,
        override_label=None,
        used_overridden=False,
    )


def named_type(node: TypeNode) -> str:
    """The name inside a written type."""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    name: str = node.name.value  # type: ignore[attr-defined]  # only named types are left
    return name
