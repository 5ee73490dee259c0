"""Directives for operations: clients may use those that every subgraph knows, as all know them."""

from collections.abc import Iterator, Sequence

from graphql import (
    DirectiveDefinitionNode,
    InputValueDefinitionNode,
    NameNode,
    print_ast,
)

from gateway.composition.elements import Argument, Marks, Subgraph
from gateway.composition.types import merged_input

_EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)


def shared_directives(subgraphs: Sequence[Subgraph]) -> Iterator[list[DirectiveDefinitionNode]]:
    """The definitions of each directive that every subgraph has for some place in common."""
    for name in subgraphs[0].directives if subgraphs else ():
        found = [each.directives[name] for each in subgraphs if name in each.directives]
        composed = any(name in each.composed_directives for each in subgraphs)
        if len(found) == len(subgraphs) and not composed and _places(found):
            yield found


def merged_directive(definitions: Sequence[DirectiveDefinitionNode]) -> str:
    """One definition for all: the places and arguments they have in common."""
    first = definitions[0]
    arguments = []
    for node in first.arguments or ():
        name = node.name.value
        declared = [argument for each in definitions for argument in arguments_named(each, name)]
        if len(declared) == len(definitions):
            arguments.append(_argument(node, declared))
    merged = DirectiveDefinitionNode(
        description=first.description,
        name=first.name,
        arguments=tuple(arguments),
        repeatable=all(each.repeatable for each in definitions),
        locations=tuple(NameNode(value=place) for place in _places(definitions)),
    )
    return print_ast(merged)


def arguments_named(node: DirectiveDefinitionNode, name: str) -> Iterator[Argument]:
    """The argument of a definition as a record, if it has it."""
    for each in node.arguments or ():
        if each.name.value == name:
            yield Argument(name, each.type, each.default_value, Marks())


def _argument(
    node: InputValueDefinitionNode, declared: Sequence[Argument]
) -> InputValueDefinitionNode:
    defaults = [each.default for each in declared if each.default is not None]
    return InputValueDefinitionNode(
        description=node.description,
        name=node.name,
        type=merged_input(each.type for each in declared) or node.type,
        default_value=defaults[0] if len(defaults) == len(declared) else None,
    )


def _places(definitions: Sequence[DirectiveDefinitionNode]) -> list[str]:
    common = set(_EXECUTABLE)
    for each in definitions:
        common &= {location.value for location in each.locations}
    return [each.value for each in definitions[0].locations if each.value in common]
