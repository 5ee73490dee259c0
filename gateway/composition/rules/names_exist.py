"""Every type a subgraph mentions, it also declares."""

from collections.abc import Iterator

from graphql.pyutils import did_you_mean, suggestion_list

from gateway.composition.elements import Subgraph
from gateway.composition.problems import Placed, Problem
from gateway.composition.rules.composition import Composition
from gateway.composition.types import named

_BUILT_IN = ("ID", "String", "Int", "Float", "Boolean")


def names_exist(composition: Composition) -> Iterator[Problem]:
    """INVALID_GRAPHQL: a type is used and not declared in its subgraph."""
    for subgraph in composition.subgraphs:
        for name, coordinate, element in _mentions(subgraph):
            if name not in subgraph.types and name not in _BUILT_IN:
                meant = did_you_mean(suggestion_list(name, [*subgraph.types, *_BUILT_IN]))
                message = f"{coordinate} mentions type {name}, which is not declared.{meant}"
                yield Problem("INVALID_GRAPHQL", message, (subgraph.name,), element.places)


def _mentions(subgraph: Subgraph) -> Iterator[tuple[str, str, Placed]]:
    for each in subgraph.types.values():
        for field in each.fields.values():
            coordinate = f"{each.name}.{field.name}"
            yield named(field.type), coordinate, field
            for argument in field.arguments.values():
                yield named(argument.type), f"{coordinate}({argument.name}:)", argument
        for item in each.inputs.values():
            yield named(item.type), f"{each.name}.{item.name}", item
        for other in (*each.members, *each.interfaces):
            yield other, each.name, each
