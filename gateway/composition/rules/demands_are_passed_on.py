"""Nobody reads by way of another field what they may not read themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition.access import NO_DEMAND, Access
from gateway.composition.context_use import context_selection, selection_of
from gateway.composition.demands import Demands
from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import named
from gateway.federation_spec.field_sets import parse_field_set

_DIRECTIVES = ("authenticated", "requiresScopes", "policy")


def demands_are_passed_on(composition: Composition) -> Iterator[Problem]:
    """MISSING_TRANSITIVE_AUTH_REQUIREMENTS, AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE."""
    demands = Demands(composition.declarations, composition.ownership)
    for subgraph in composition.subgraphs:
        for each in subgraph.types.values():
            yield from _on_interface(subgraph, each)
            for field in each.fields.values():
                for used in _read_by(subgraph, each, field):
                    yield from _missing(demands, subgraph, each, field, used)


@dataclass(frozen=True, slots=True)
class _Read:
    """A selection that a field reads on the caller's behalf, and the type it begins with."""

    directive: str
    type_name: str
    selections: SelectionSetNode


def _on_interface(subgraph: Subgraph, each: Type) -> Iterator[Problem]:
    if each.kind is not Kind.INTERFACE:
        return
    marks = {each.name: each.marks}
    if not each.is_interface_object:
        marks |= {f"{each.name}.{field.name}": field.marks for field in each.fields.values()}
    for coordinate, mark in marks.items():
        for directive in _DIRECTIVES:
            if directive in mark.uses:
                message = f"{coordinate} asks for what its types ask: leave @{directive} to them."
                code, places = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", mark.of(directive).places
                yield Problem(code, message, (subgraph.name,), places)


def _read_by(subgraph: Subgraph, owner: Type, field: Field) -> Iterator[_Read]:
    if field.requires is not None:
        yield _Read("requires", owner.name, parse_field_set(field.requires))
    for argument in field.arguments.values():
        context, selection = context_selection(argument.from_context or "")
        for each in subgraph.types.values():
            if context and context in each.contexts:
                yield _Read("fromContext", each.name, selection_of(selection))


def _missing(
    demands: Demands, subgraph: Subgraph, owner: Type, field: Field, used: _Read
) -> Iterator[Problem]:
    mine = demands.of_field(owner.name, field.name) & demands.of_type(owner.name)
    for coordinate, asked in _asked(demands, subgraph, used.type_name, used.selections):
        if not mine.covers(asked):
            message = (
                f"{owner.name}.{field.name} reads {coordinate} by @{used.directive}, "
                "but does not ask for what that asks for."
            )
            places = places_of(field.marks.of(used.directive), field)
            code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
            yield Problem(code, message, (subgraph.name,), places[:1])
            return


def _asked(
    demands: Demands, subgraph: Subgraph, type_name: str, selections: SelectionSetNode
) -> Iterable[tuple[str, Access]]:
    """What each field asks for, with its type; a type's own fields also ask for what it does."""
    owner = subgraph.types.get(type_name)
    for node in selections.selections if owner else ():
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else type_name
            yield condition, demands.of_type(condition) if node.type_condition else NO_DEMAND
            yield from _asked(demands, subgraph, condition, node.selection_set)
        elif isinstance(node, FieldNode) and owner and node.name.value in owner.fields:
            target = named(owner.fields[node.name.value].type)
            asked = demands.of_field(type_name, node.name.value) & demands.of_type(target)
            yield f"{type_name}.{node.name.value}", asked
            if node.selection_set is not None:
                yield from _asked(demands, subgraph, target, node.selection_set)
