"""The query graph: what can be asked at each node, and which moves lead to another subgraph.

A node is a type in a subgraph, seen through a view: what `@provides` promised on the way there.
Nothing here depends on an operation; answers are remembered for the life of the supergraph.
"""

from collections.abc import Iterator
from typing import NamedTuple

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.federation_spec.field_sets import parse_field_set
from gateway.planning.labels import NO_LABELS
from gateway.planning.operation import FieldSelection, Selection, normalise_field_set
from gateway.planning.plan import OperationKind
from gateway.planning.types import TypeWorld
from gateway.supergraph.model import (
    ContextArgument,
    OutputType,
    Subgraph,
    SubgraphField,
    SubgraphType,
    Supergraph,
    TypeKind,
)


class Provided(NamedTuple):
    """One field promised by `@provides`, on objects of `type_name` if given, and what is below."""

    type_name: str | None
    field: str
    view: "View"


View = frozenset[Provided]
PLAIN: View = frozenset()


class Node(NamedTuple):
    """A type in a subgraph, seen through a view."""

    subgraph: str
    type_name: str
    view: View = PLAIN


class ContextMove(NamedTuple):
    """An argument filled from the nearest object around that is of one of the `setters`.

    `subgraph` is the one whose field has the argument.
    """

    subgraph: str
    argument: ContextArgument
    setters: frozenset[str]


class FieldMove(NamedTuple):
    """A field that can be asked at a node; `requires` must be fetched first and sent along.

    `target` is None for a leaf. `input_only`: the value may feed other subgraphs, never a client.
    `contexts` are arguments that must be known first.
    """

    type: OutputType
    target: Node | None
    requires: tuple[Selection, ...]
    input_only: bool = False
    contexts: tuple[ContextMove, ...] = ()

    @property
    def is_entered(self) -> bool:
        """Whether it takes a fetch of its own, by key, with what it needs."""
        return bool(self.requires or self.contexts)


class KeyMove(NamedTuple):
    """Entering a subgraph by a key; `typename` is set where that subgraph has its own word.

    The query root is entered without a key, wherever a field returns it.
    """

    target: Node
    key: tuple[Selection, ...]
    typename: str | None


class QueryGraph:
    """The moves of one supergraph, worked out when first asked for.

    Fields with the label of an override are where the `labels` that are active put them.
    """

    def __init__(
        self, supergraph: Supergraph, world: TypeWorld, labels: frozenset[str] = NO_LABELS
    ) -> None:
        self.world = world
        self._labels = labels
        self.subgraphs = tuple(supergraph.subgraphs)
        self.query_root = world.root_type(OperationKind.QUERY)
        self._subgraphs = supergraph.subgraphs
        self._contexts = supergraph.contexts
        self._fields: dict[tuple[Node, str], FieldMove | None] = {}
        self._keys: dict[str, tuple[KeyMove, ...]] = {}
        self._requiring: dict[tuple[str, str], tuple[tuple[KeyMove, FieldMove], ...]] = {}
        self._sets: dict[tuple[str, str, str], tuple[Selection, ...]] = {}

    def type_of(self, node: Node) -> SubgraphType:
        """The record of the node's type."""
        return self._subgraphs[node.subgraph].types[node.type_name]

    def knows(self, subgraph: str, type_name: str) -> bool:
        """Whether the subgraph has the type."""
        return type_name in self._subgraphs[subgraph].types

    def is_interface_object(self, node: Node) -> bool:
        """Whether the node is an interface whose real types this subgraph does not know."""
        return self.type_of(node).is_interface_object

    def is_abstract(self, node: Node) -> bool:
        """Whether the node is a real interface or union in its subgraph."""
        return self.type_of(node).kind is not TypeKind.OBJECT

    def runtime_types(self, subgraph: str, type_name: str) -> frozenset[str]:
        """The object types a value of the type may have in the subgraph."""
        known = self._subgraphs[subgraph].types.get(type_name)
        return known.runtime_types if known else frozenset()

    def field(self, node: Node, name: str) -> FieldMove | None:
        """The move for a field at a node, or None."""
        key = (node, name)
        if key not in self._fields:
            self._fields[key] = self._field(node, name)
        return self._fields[key]

    def keys(self, type_name: str) -> tuple[KeyMove, ...]:
        """Every entry by key for objects of the type, or for values of the interface."""
        known = self._keys.get(type_name)
        if known is None:
            known = tuple(
                move
                for subgraph in self._subgraphs.values()
                for move in self._keys_into(subgraph, type_name)
            )
            self._keys[type_name] = known
        return known

    def requiring_moves(self, type_name: str, name: str) -> tuple[tuple[KeyMove, FieldMove], ...]:
        """Entries by key into subgraphs whose field of that name requires inputs."""
        known = self._requiring.get((type_name, name))
        if known is None:
            found = ((move, self.field(move.target, name)) for move in self.keys(type_name))
            known = tuple((move, field) for move, field in found if field and field.is_entered)
            self._requiring[type_name, name] = known
        return known

    def _field(self, node: Node, name: str) -> FieldMove | None:
        known = self.type_of(node)
        if known.kind is TypeKind.INTERFACE:
            return self._interface_field(node, known, name)
        declared = known.fields.get(name)
        if declared is None or (declared.takes_over and not self._is_active(declared)):
            return None
        provided = self._provided(node, name)
        replaced = self._is_replaced(declared)
        usable = not (declared.external or replaced)
        as_key = not usable and self._is_usable_key(node, declared)
        if not usable and not as_key and provided is None:
            return None
        requires = () if provided is not None else self._requires(node, declared)
        return FieldMove(
            type=declared.type,
            target=self._target(node.subgraph, declared, provided or PLAIN),
            requires=requires,
            input_only=as_key and replaced and provided is None,
            contexts=tuple(self._context(node, each) for each in declared.context_arguments),
        )

    def _is_active(self, declared: SubgraphField) -> bool:
        return declared.override_label in self._labels

    def _is_replaced(self, declared: SubgraphField) -> bool:
        """Whether another subgraph has the field now; a label says so while it is active."""
        if declared.override_label is None or declared.takes_over:
            return declared.replaced
        return self._is_active(declared)

    def _context(self, node: Node, argument: ContextArgument) -> ContextMove:
        named = self._contexts.get(argument.context, ())
        setters = frozenset(named).union(*map(self.world.runtime_types, named))
        return ContextMove(node.subgraph, argument, setters)

    def _interface_field(self, node: Node, known: SubgraphType, name: str) -> FieldMove | None:
        """Usable as a whole only if every type the subgraph may return offers it as it is."""
        declared = known.fields.get(name)
        if declared is None:
            return None
        views = set()
        for type_name in sorted(known.runtime_types):
            move = self.field(Node(node.subgraph, type_name, node.view), name)
            if move is None or move.is_entered or move.input_only:
                return None
            views.add(move.target.view if move.target else PLAIN)
        view = self._provided(node, name) or PLAIN
        if len(views) == 1:
            view |= views.pop()
        elif views:
            view |= frozenset.intersection(*views)
        return FieldMove(declared.type, self._target(node.subgraph, declared, view), ())

    def _target(self, subgraph: str, declared: SubgraphField, outer: View) -> Node | None:
        if declared.type.name not in self._subgraphs[subgraph].types:
            return None
        view = outer
        if declared.provides:
            view |= self._view(subgraph, parse_field_set(declared.provides))
        return Node(subgraph, declared.type.name, view)

    def _view(self, subgraph: str, selections: SelectionSetNode) -> View:
        return frozenset(self._promises(subgraph, selections, None))

    def _promises(
        self, subgraph: str, selections: SelectionSetNode, type_name: str | None
    ) -> Iterator[Provided]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                below = node.selection_set
                view = self._view(subgraph, below) if below else PLAIN
                yield Provided(type_name, node.name.value, view)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_name
                yield from self._promises(subgraph, node.selection_set, condition)

    def _provided(self, node: Node, name: str) -> View | None:
        """What is promised below a promised field; None when the field is not promised here."""
        promises = [
            promise.view
            for promise in node.view
            if promise.field == name and self._applies(node, promise.type_name)
        ]
        return frozenset[Provided]().union(*promises) if promises else None

    def _applies(self, node: Node, type_name: str | None) -> bool:
        if type_name is None or type_name == node.type_name:
            return True
        covered = self.runtime_types(node.subgraph, type_name)
        mine = self.runtime_types(node.subgraph, node.type_name)
        return bool(mine) and mine <= covered

    def _is_usable_key(self, node: Node, declared: SubgraphField) -> bool:
        """An extension has the fields of its keys; a replaced key field may still feed others."""
        known = self.type_of(node)
        replaced = self._is_replaced(declared)
        return (known.is_extension or (replaced and not declared.external)) and any(
            isinstance(selection, FieldSelection) and selection.name == declared.name
            for key in known.keys
            for selection in self.field_set(node.subgraph, known.name, key.fields)
        )

    def _requires(self, node: Node, declared: SubgraphField) -> tuple[Selection, ...]:
        if not declared.requires:
            return ()
        return self.field_set(node.subgraph, node.type_name, declared.requires)

    def _keys_into(self, subgraph: Subgraph, type_name: str) -> Iterator[KeyMove]:
        """By the type's own keys, and as the interface where that is an interface object."""
        if type_name == self.query_root and type_name in subgraph.types:
            yield KeyMove(Node(subgraph.name, type_name), (), None)
        for known in subgraph.types.values():
            if known.name == type_name:
                yield from self._entries(subgraph, known, None)
            elif known.is_interface_object and self.world.is_kind_of(type_name, known.name):
                yield from self._entries(subgraph, known, known.name)

    def _entries(
        self, subgraph: Subgraph, known: SubgraphType, typename: str | None
    ) -> Iterator[KeyMove]:
        if known.is_interface_object:
            typename = known.name
        for key in known.keys:
            if key.resolvable and known.kind is not TypeKind.UNION:
                target = Node(subgraph.name, known.name)
                selections = self.field_set(subgraph.name, known.name, key.fields)
                yield KeyMove(target, selections, typename)

    def field_set(self, subgraph: str, type_name: str, text: str) -> tuple[Selection, ...]:
        """A field set of a subgraph in normal form."""
        known = self._sets.get((subgraph, type_name, text))
        if known is None:
            owner = self._subgraphs[subgraph]
            known = normalise_field_set(parse_field_set(text), type_name, self.world, owner)
            self._sets[subgraph, type_name, text] = known
        return known
