"""What one kind of caller may not read of one operation, and the operation without it.

The operation is rewritten before it is planned, so that no subgraph is asked for what may not be
read: not as a selection, that is; keys and what `@requires` names are still read for the gateway's
own use. What a field of an interface may tell is decided for each object type: where they differ,
the field is asked for within fragments on those that may be read. What is hidden of an object whose
type is not known leaves a question for that type: on the type it depends how far a null goes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from gateway.errors import OperationTooComplex
from gateway.security.access_rules import AccessRules, Demands
from gateway.supergraph.model import Demand

MOST_WRITTEN = 20_000
"""How many selections an operation may come to, its interfaces written out by type."""

_TYPENAME = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())


@dataclass(frozen=True, slots=True, eq=False)
class GuardedOperation:
    """An operation, what each of its fields is selected on, and all that its fields demand."""

    schema: GraphQLSchema
    rules: AccessRules
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    parents: Mapping[int, str]
    demands: tuple[Demand, ...]

    def fingerprint(self, unmet: Demands) -> bytes:
        """Tell which of the demands are not met, as the key of what depends on that alone."""
        return b",".join(b"%d" % at for at, each in enumerate(self.demands) if each in unmet)

    @property
    def root_type(self) -> str:
        """The name of the type that the operation starts from."""
        root = self.schema.get_root_type(self.operation.operation)
        return root.name if root else ""


def guarded(
    schema: GraphQLSchema,
    rules: AccessRules,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> GuardedOperation | None:
    """Find out what an operation demands; None if that is nothing."""
    if rules.demand_nothing:
        return None
    root = schema.get_root_type(operation.operation)
    parts = [(operation.selection_set, root.name if root else "")]
    parts += [(each.selection_set, each.type_condition.name.value) for each in fragments.values()]
    parents: dict[int, str] = {}
    found: set[Demand] = set()
    for selections, on in parts:
        for node, parent in _fields(schema, selections, on):
            parents[id(node)] = parent
            for type_name in possible_types(schema, parent):
                found |= rules.of(parent, type_name, node.name.value)
    if not found:
        return None
    ordered = tuple(sorted(found, key=_in_words))
    return GuardedOperation(schema, rules, operation, fragments, parents, ordered)


def _in_words(demand: Demand) -> tuple[str, list[list[str]]]:
    return demand.kind.value, sorted(sorted(group) for group in demand.groups or ())


def possible_types(schema: GraphQLSchema, name: str) -> frozenset[str]:
    """Give the names of the object types that a value of a type may have.

    An interface that no object type implements stands for itself: some subgraph has objects of it
    whose real types nobody knows.
    """
    named = schema.type_map.get(name)
    if is_abstract_type(named):
        members = frozenset(each.name for each in schema.get_possible_types(named))
        return members or frozenset({name})
    return frozenset({name}) if isinstance(named, GraphQLObjectType) else frozenset()


def _fields(
    schema: GraphQLSchema, selections: SelectionSetNode, on: str
) -> Iterator[tuple[FieldNode, str]]:
    waiting = [(selections, on)]
    while waiting:
        part, parent = waiting.pop()
        for node in part.selections:
            if isinstance(node, FieldNode):
                yield node, parent
                if node.selection_set is not None:
                    waiting.append((node.selection_set, _given(schema, parent, node)))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                waiting.append((node.selection_set, condition.name.value if condition else parent))


def _given(schema: GraphQLSchema, parent: str, node: FieldNode) -> str:
    definition = getattr(schema.type_map.get(parent), "fields", {}).get(node.name.value)
    return "" if definition is None else get_named_type(definition.type).name


class Veil:
    """What is hidden from callers who leave the same demands unmet."""

    def __init__(self, whole: GuardedOperation, unmet: Demands) -> None:
        self._whole = whole
        self._schema = whole.schema
        self._unmet = unmet
        self._written: dict[tuple[int, _Place], _Written] = {}

    def shows(self, node: FieldNode, type_name: str) -> bool:
        """Whether a field of the operation may be read of objects of a type."""
        parent = self._whole.parents.get(id(node), type_name)
        return self.may_read(parent, type_name, node.name.value)

    def may_read(self, reached_as: str, type_name: str, name: str) -> bool:
        """Whether a field may be read of objects of a type, reached as that type or another."""
        return self._unmet.isdisjoint(self._whole.rules.of(reached_as, type_name, name))

    def narrowed(self) -> OperationDefinitionNode:
        """Give the operation without what is hidden, and without named fragments.

        Raises OperationTooComplex if its interfaces come to too much, written out by type.
        """
        own, root = self._whole.operation, self._whole.root_type
        written = self._selections(own.selection_set, _Place(root, frozenset({root})))
        return OperationDefinitionNode(
            operation=own.operation,
            name=own.name,
            variable_definitions=own.variable_definitions,
            directives=own.directives,
            selection_set=written.or_typename(),
        )

    def _selections(self, selections: SelectionSetNode, place: "_Place") -> "_Written":
        key = (id(selections), place)
        known = self._written.get(key)
        if known is None:
            known = _Written()
            for node in selections.selections:
                for kept, size in self._kept(node, place):
                    known.add(kept, size)
            self._written[key] = known
        return known

    def _kept(self, node: SelectionNode, place: "_Place") -> Iterator[tuple[SelectionNode, int]]:
        if isinstance(node, FieldNode):
            yield from self._field(node, place)
        else:
            yield from self._fragment(node, place)

    def _fragment(
        self, node: SelectionNode, place: "_Place"
    ) -> Iterator[tuple[SelectionNode, int]]:
        condition, below = self._opened(node)
        on = condition.name.value if condition else place.parent
        possible = place.possible & possible_types(self._schema, on)
        written = self._selections(below, _Place(on, possible, is_open=place.is_open))
        if written.nodes:
            yield (
                InlineFragmentNode(
                    type_condition=condition,
                    directives=node.directives,
                    selection_set=written.or_typename(),
                ),
                written.size + 1,
            )

    def _opened(self, node: SelectionNode) -> tuple[NamedTypeNode | None, SelectionSetNode]:
        if isinstance(node, FragmentSpreadNode):
            fragment = self._whole.fragments[node.name.value]
            return fragment.type_condition, fragment.selection_set
        assert isinstance(node, InlineFragmentNode)  # noqa: S101  # the only kind left
        return node.type_condition, node.selection_set

    def _field(self, node: FieldNode, place: "_Place") -> Iterator[tuple[SelectionNode, int]]:
        name = node.name.value
        shown = frozenset(
            each for each in place.possible if self.may_read(place.parent, each, name)
        )
        if shown == place.possible:
            if place.possible:
                yield self._copied(node, place.parent)
            return
        if place.is_open and not shown:
            yield FieldNode(name=_TYPENAME.name, arguments=(), directives=node.directives), 1
        for type_name in sorted(shown):
            kept, size = self._copied(node, type_name)
            yield _on(type_name, kept), size + 1

    def _copied(self, node: FieldNode, parent: str) -> tuple[FieldNode, int]:
        if node.selection_set is None:
            return node, 1
        given = _given(self._schema, parent, node)
        if not given:  # introspection: it is answered by the gateway, and guarded by nothing
            return node, 1
        is_open = is_abstract_type(self._schema.type_map.get(given))
        place = _Place(given, possible_types(self._schema, given), is_open=is_open)
        below = self._selections(node.selection_set, place)
        copied = FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=below.or_typename(),
        )
        return copied, below.size + 1


class _Place(NamedTuple):
    """Where selections stand: on a type, and for objects of which types.

    It is open if the objects come from a field that may give several types.
    """

    parent: str
    possible: frozenset[str]
    is_open: bool = False


@dataclass(slots=True)
class _Written:
    """Selections as they are kept; `size` counts them with all that is below."""

    nodes: list[SelectionNode] = field(default_factory=list)
    size: int = 0

    def add(self, node: SelectionNode, size: int) -> None:
        self.nodes.append(node)
        self.size += size
        if self.size > MOST_WRITTEN:
            raise OperationTooComplex(
                "What this caller may read of the operation takes too many selections, "
                f"written out by type; at most {MOST_WRITTEN} are allowed."
            )

    def or_typename(self) -> SelectionSetNode:
        """Give the selections; whether an object is there may be asked even if nothing else is."""
        return SelectionSetNode(selections=tuple(self.nodes) or (_TYPENAME,))


def _on(type_name: str, node: FieldNode) -> InlineFragmentNode:
    return InlineFragmentNode(
        type_condition=NamedTypeNode(name=NameNode(value=type_name)),
        directives=(),
        selection_set=SelectionSetNode(selections=(node,)),
    )
