"""Which fields a client selected on a type, with the Boolean variables they hang on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from gateway.planning.plan import Condition

_INTROSPECTION = frozenset({"__schema", "__type"})

Conjunction: TypeAlias = frozenset[Condition]
"""Conditions that must all hold; the empty one always holds."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A selection set that counts when its conditions hold."""

    selection_set: SelectionSetNode
    when: Conjunction = frozenset()


class Turn(NamedTuple):
    """A place among the fields of an object, and the conditions under which it is taken."""

    number: int
    when: Conjunction


class Appearance(NamedTuple):
    """A field node, and when it is its turn."""

    node: FieldNode
    turn: Turn


@dataclass(frozen=True, slots=True)
class SelectedField:
    """One response key, with everything in the operation that selects it."""

    response_key: str
    name: str
    appearances: tuple[Appearance, ...]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Give the turns that may be the field's; after one without conditions none may."""
        first: dict[Conjunction, Turn] = {}
        for _, turn in self.appearances:
            first.setdefault(turn.when, turn)
            if not turn.when:
                break
        return tuple(first.values())

    @property
    def below(self) -> tuple[Selected, ...]:
        """Give the selection sets of the field's own value."""
        return tuple(
            Selected(node.selection_set, turn.when)
            for node, turn in self.appearances
            if node.selection_set
        )


class TakesTurns(Protocol):
    """A field of an object, as it was selected or made ready."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that may be the field's, in their order."""


F = TypeVar("F", bound=TakesTurns)


class _Gathered:
    """What has been met of an object's selection: fields by response key, fragments spread."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[tuple[int, Conjunction], Appearance]] = {}
        self.spread: set[tuple[str, Conjunction]] = set()
        self._numbers = count()

    def add(self, node: FieldNode, when: Conjunction) -> None:
        found = self.fields.setdefault((node.alias or node.name).value, {})
        found.setdefault((id(node), when), Appearance(node, Turn(next(self._numbers), when)))


class FieldCollector:
    """The CollectFields algorithm of the specification, done once per document.

    A type is a concrete object type or, for an object whose own type is unknown (an interface
    object's), the abstract type itself: then only what holds for all its members is collected.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self._schema = schema
        self._fragments = fragments

    def collect(
        self, on: GraphQLObjectType | GraphQLAbstractType | None, selected: Iterable[Selected]
    ) -> tuple[SelectedField, ...]:
        """Give the fields of a type (None: of any type) in the order of their first appearance."""
        gathered = _Gathered()
        for part in selected:
            self._gather(on, part, gathered)
        return tuple(
            SelectedField(key, next(iter(found.values())).node.name.value, tuple(found.values()))
            for key, found in gathered.fields.items()
        )

    def _gather(
        self,
        on: GraphQLObjectType | GraphQLAbstractType | None,
        part: Selected,
        gathered: "_Gathered",
    ) -> None:
        for selection in part.selection_set.selections:
            own = conditions_of(selection)
            if own is None:
                continue
            when = part.when | own
            if isinstance(selection, FieldNode):
                gathered.add(selection, when)
                continue
            condition, below, name = self._fragment(selection)
            if name:
                # Once per set of conditions: a fragment spread twice a level must not double.
                if (name, when) in gathered.spread:
                    continue
                gathered.spread.add((name, when))
            if condition is None or on is None or self._applies(on, condition):
                self._gather(on, Selected(below, when), gathered)

    def _fragment(self, selection: SelectionNode) -> tuple[str | None, SelectionSetNode, str]:
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            fragment = self._fragments[name]
            return fragment.type_condition.name.value, fragment.selection_set, name
        condition = selection.type_condition  # type: ignore[attr-defined]  # an inline fragment
        below: SelectionSetNode = selection.selection_set  # type: ignore[attr-defined]
        return (condition.name.value if condition else None), below, ""

    def _applies(self, on: GraphQLNamedType, condition: str) -> bool:
        if on.name == condition:
            return True
        wanted = self._schema.get_type(condition)
        if not is_abstract_type(wanted):
            return False
        if is_abstract_type(on):
            members = set(self._schema.get_possible_types(on))
            return members <= set(self._schema.get_possible_types(wanted))
        return isinstance(on, GraphQLObjectType) and self._schema.is_sub_type(wanted, on)


def holds(conjunction: Iterable[Condition], variables: Mapping[str, Any]) -> bool:
    """Whether all the conditions hold for the coerced variables."""
    return all(
        bool(variables.get(condition.variable)) is not condition.negated
        for condition in conjunction
    )


def in_turn(fields: Iterable[F], variables: Mapping[str, Any]) -> tuple[F, ...]:
    """Give the fields that are selected for the coerced variables, in the order of the answer.

    Each stands where it appears first of all that is not left out, as CollectFields has it.
    """
    taken = []
    for field in fields:
        number = next((one for one, when in field.turns if holds(when, variables)), None)
        if number is not None:
            taken.append((number, field))
    taken.sort(key=itemgetter(0))
    return tuple(field for _, field in taken)


def conditions_of(selection: SelectionNode) -> Conjunction | None:
    """Give the variables a selection hangs on; None when a literal takes it out."""
    when: set[Condition] = set()
    for directive in selection.directives or ():
        name = directive.name.value
        if name not in ("skip", "include"):
            continue
        value = _if_argument(directive)
        if isinstance(value, VariableNode):
            when.add(Condition(value.name.value, negated=name == "skip"))
        elif isinstance(value, BooleanValueNode) and value.value is (name == "skip"):
            return None
    return frozenset(when)


def _if_argument(directive: DirectiveNode) -> object:
    return next((arg.value for arg in directive.arguments or () if arg.name.value == "if"), None)


def field_definition(on: GraphQLObjectType | GraphQLAbstractType, name: str) -> GraphQLField | None:
    """Find a field; introspection's own are answered elsewhere and have none here."""
    return None if name in _INTROSPECTION else getattr(on, "fields", {}).get(name)


def condition_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> set[str]:
    """Give the names of the variables that decide what is selected."""
    found: set[str] = set()
    below = [operation.selection_set, *(one.selection_set for one in fragments.values())]
    while below:
        for selection in below.pop().selections:
            found.update(one.variable for one in conditions_of(selection) or ())
            inner = getattr(selection, "selection_set", None)
            if inner is not None:
                below.append(inner)
    return found
