"""An operation in normal form: fragments in place, equal response keys merged, constants folded.

Conditions are absolute: a field carries every client variable on its way from the root that
decides about it. Where one response key is asked in several places, it is asked under the
conditions of any of them, and what is below keeps its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

from gateway.errors import InvalidOperation, OperationNotFound
from gateway.planning.conditions import (
    ALWAYS,
    UNCONDITIONAL,
    Alternatives,
    Conditions,
    contradicts,
    covers,
    including,
)
from gateway.planning.plan import Condition, OperationKind
from gateway.planning.turns import turns
from gateway.planning.types import TypeWorld
from gateway.supergraph.model import OutputType, Subgraph

TYPENAME = OutputType("String!", "String", 0)


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """One field. `response_key` None: an input of ours, whose key in the tree is ours to choose."""

    name: str
    response_key: str | None
    arguments: str
    variables: frozenset[str]
    type: OutputType
    when: Alternatives = ALWAYS
    selections: tuple["Selection", ...] = ()


@dataclass(frozen=True, slots=True)
class TypeSelection:
    """Selections that apply only to objects of a type."""

    type_name: str
    selections: tuple["Selection", ...]


Selection = FieldSelection | TypeSelection

INTROSPECTION_FIELDS = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, ready to be planned; `variables` holds each definition as printed."""

    kind: OperationKind
    name: str | None
    root_type: str
    variables: Mapping[str, str]
    selections: tuple[Selection, ...]


def normalise(document: DocumentNode, operation_name: str | None, world: TypeWorld) -> Operation:
    """Bring one operation of a validated document into normal form; raises OperationNotFound."""
    definition = _chosen(document, operation_name)
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    kind = OperationKind(definition.operation.value)
    root = world.root_type(kind)
    if root is None:
        raise InvalidOperation(f"There is no {kind} in this schema.")
    collector = _Collector(world, fragments)
    scope = _Scope()
    scope.add(definition.selection_set, UNCONDITIONAL)
    return Operation(
        kind=kind,
        name=definition.name.value if definition.name else None,
        root_type=root,
        variables={
            variable.variable.name.value: _printed_variable(variable)
            for variable in definition.variable_definitions or ()
        },
        selections=tuple(
            selection
            for selection in collector.roots(scope, root, in_turn=kind is OperationKind.MUTATION)
            if not (isinstance(selection, FieldSelection) and selection.name.startswith("__"))
        ),
    )


def normalise_field_set(
    selections: SelectionSetNode, type_name: str, world: TypeWorld, subgraph: Subgraph
) -> tuple[Selection, ...]:
    """The same normal form for a field set of the federation directives, as its subgraph reads it.

    What is selected below a field is of the type that the field has there.
    """
    scope = _Scope()
    scope.add(selections, UNCONDITIONAL)
    return _Collector(world, {}, subgraph).selections(scope, type_name)


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    ]
    if not operations:
        raise OperationNotFound(f"Unknown operation {name!r}." if name else "No operation given.")
    if len(operations) > 1:
        raise OperationNotFound("Name the operation to run: the document has several.")
    return operations[0]


def _printed_variable(definition: VariableDefinitionNode) -> str:
    text = f"${definition.variable.name.value}: {print_ast(definition.type)}"
    if definition.default_value is not None:
        text += f" = {print_ast(definition.default_value)}"
    return text


@dataclass(slots=True)
class _Scope:
    """The selection sets that apply to one object, each with the conditions it stands under."""

    parts: list[tuple[SelectionSetNode, Conditions]] = field(default_factory=list)

    def add(self, selections: SelectionSetNode | None, conditions: Conditions) -> None:
        if selections is not None:
            self.parts.append((selections, conditions))

    def narrowed(self, when: Alternatives) -> "_Scope":
        """The same where it also needs one of the alternatives."""
        parts = ((each, own | more) for each, own in self.parts for more in when)
        return _Scope([part for part in parts if not contradicts(part[1])])


@dataclass(slots=True)
class _FieldGroup:
    """Every use of one response key (or, for inputs, of one field with its arguments)."""

    node: FieldNode
    when: Alternatives
    scope: _Scope
    places: list[tuple[int, Conditions]] = field(default_factory=list)

    def narrowed(self, when: Alternatives | None) -> "_FieldGroup":
        """The same where it is asked only under these alternatives."""
        if when is None:
            return self
        return _FieldGroup(self.node, when, self.scope.narrowed(when))

    def is_part_of(self, other: "_FieldGroup | None") -> bool:
        """Whether another group selects this leaf too, whenever it is selected."""
        return (
            other is not None
            and not self.scope.parts
            and all(covers(other.when, conditions) for conditions in self.when)
            and other.node.name.value == self.node.name.value
        )


_NOTHING: Final[Mapping[str, _FieldGroup]] = MappingProxyType({})


class _Collector:
    """Collects scopes into selections, one object level at a time.

    They are a client's unless a `subgraph` has written them.
    """

    def __init__(
        self,
        world: TypeWorld,
        fragments: Mapping[str, FragmentDefinitionNode],
        subgraph: Subgraph | None = None,
    ) -> None:
        self._world = world
        self._fragments = fragments
        self._subgraph = subgraph
        self._is_client = subgraph is None
        self._places = 0

    def selections(
        self, scope: _Scope, parent: str, around: Mapping[str, _FieldGroup] = _NOTHING
    ) -> tuple[Selection, ...]:
        """Collect a scope; what is selected `around` it, of more types, is not selected again."""
        fields: dict[str, _FieldGroup] = {}
        types: dict[str, _Scope] = {}
        visited: set[tuple[str, Conditions]] = set()
        for selection_set, conditions in scope.parts:
            self._collect(selection_set, conditions, parent, fields, types, visited)
        own = {key: group for key, group in fields.items() if not group.is_part_of(around.get(key))}
        return tuple(self._finished(parent, own, types, {**around, **own}))

    def roots(self, scope: _Scope, root: str, *, in_turn: bool) -> tuple[Selection, ...]:
        """Collect what is selected of a root type; in turn, a field may come several times."""
        if not in_turn:
            return self.selections(scope, root)
        fields: dict[str, _FieldGroup] = {}
        visited: set[tuple[str, Conditions]] = set()
        for selection_set, conditions in scope.parts:
            self._collect(selection_set, conditions, root, fields, {}, visited)
        places = {key: group.places for key, group in fields.items()}
        return tuple(
            self._field(root, turn.key, fields[turn.key].narrowed(turn.when))
            for turn in turns(places)
        )

    def _collect(
        self,
        selection_set: SelectionSetNode,
        outer: Conditions,
        parent: str,
        fields: dict[str, _FieldGroup],
        types: dict[str, _Scope],
        visited: set[tuple[str, Conditions]],
    ) -> None:
        for node in selection_set.selections:
            conditions = _conditions(node, outer)
            if conditions is None:
                continue
            if isinstance(node, FieldNode):
                self._collect_field(node, conditions, fields)
                continue
            if isinstance(node, FragmentSpreadNode):
                mark = (node.name.value, conditions)
                if mark in visited:
                    continue
                visited.add(mark)
            inner, condition_type = self._fragment(node, parent)
            if self._world.is_kind_of(parent, condition_type):
                self._collect(inner, conditions, parent, fields, types, visited)
            elif self._world.overlap(parent, condition_type):
                types.setdefault(condition_type, _Scope()).add(inner, conditions)

    def _collect_field(
        self, node: FieldNode, conditions: Conditions, fields: dict[str, _FieldGroup]
    ) -> None:
        if node.name.value in INTROSPECTION_FIELDS:
            return  # the gateway answers these itself
        key = node.alias.value if node.alias else node.name.value
        if not self._is_client:
            key = node.name.value + _printed_arguments(node.arguments or ())
        group = fields.get(key)
        if group is None:
            group = fields[key] = _FieldGroup(node, (), _Scope())
        group.when = including(group.when, conditions)
        group.places.append((self._places, conditions))
        self._places += 1
        group.scope.add(node.selection_set, conditions)

    def _fragment(self, node: SelectionNode, parent: str) -> tuple[SelectionSetNode, str]:
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments[node.name.value]
            return fragment.selection_set, fragment.type_condition.name.value
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 - the only kind left
        condition = node.type_condition
        return node.selection_set, condition.name.value if condition else parent

    def _finished(
        self,
        parent: str,
        fields: Mapping[str, _FieldGroup],
        types: Mapping[str, _Scope],
        around: Mapping[str, _FieldGroup],
    ) -> Iterator[Selection]:
        for key, group in fields.items():
            yield self._field(parent, key, group)
        for type_name, scope in types.items():
            known = around if self._is_client else _NOTHING
            selections = self.selections(scope, type_name, known)
            if selections:
                yield TypeSelection(type_name, selections)

    def _field(self, parent: str, key: str, group: _FieldGroup) -> FieldSelection:
        name = group.node.name.value
        output = TYPENAME if name == "__typename" else self._world.field_type(parent, name)
        arguments = tuple(group.node.arguments or ())
        return FieldSelection(
            name=name,
            response_key=key if self._is_client else None,
            arguments=_printed_arguments(arguments),
            variables=_variables_of(arguments),
            type=output,
            when=group.when,
            selections=self._below(group.scope, parent, name, output),
        )

    def _below(
        self, scope: _Scope, parent: str, name: str, output: OutputType
    ) -> tuple[Selection, ...]:
        if not scope.parts:
            return ()
        known = self._subgraph.types.get(parent) if self._subgraph else None
        field = known.fields.get(name) if known else None
        return self.selections(scope, field.type.name if field else output.name)


def _conditions(node: SelectionNode, outer: Conditions) -> Conditions | None:
    """The conditions of a selection; None when constants say that it is never included."""
    conditions = outer
    for directive in node.directives or ():
        if directive.name.value in {"skip", "include"}:
            negated = directive.name.value == "skip"
            value = _if_argument(directive)
            if isinstance(value, VariableNode):
                conditions |= {Condition(value.name.value, negated)}
            elif isinstance(value, BooleanValueNode) and value.value == negated:
                return None
    return None if contradicts(conditions) else conditions


def _if_argument(directive: DirectiveNode) -> ValueNode:
    return next(
        argument.value for argument in directive.arguments or () if argument.name.value == "if"
    )


def _printed_arguments(arguments: Iterable[ArgumentNode]) -> str:
    text = ", ".join(print_ast(argument) for argument in arguments)
    return f"({text})" if text else ""


class _VariableNames(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


def _variables_of(arguments: Iterable[ArgumentNode]) -> frozenset[str]:
    visitor = _VariableNames()
    for argument in arguments:
        visit(argument, visitor)
    return frozenset(visitor.names)
