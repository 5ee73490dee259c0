"""The arguments that Federation's directives are given: each is of the type that it has there."""

from collections.abc import Iterator, Mapping

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    TypeNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.composition.federation_definitions import definitions_of_federation
from gateway.federation_spec.directives import FederationNames
from gateway.federation_spec.literals import fits

_GRAPHQL = parse(
    """
    directive @deprecated(reason: String!) on FIELD_DEFINITION
    directive @specifiedBy(url: String!) on SCALAR
    """,
    no_location=True,
).definitions
_TOLD_ELSEWHERE = {
    "composeDirective": {"name"},
    "key": {"fields"},
    "provides": {"fields"},
    "requires": {"fields"},
}
"""By Federation's names; for these there are codes of their own."""


def argument_faults(document: DocumentNode, names: FederationNames) -> Iterator[GraphQLError]:
    """Everything written that its directive does not take."""
    uses = _Uses()
    visit(document, uses)
    types = _types(names)
    for use in uses.found:
        known = types.get(use.name.value, {})
        for argument in use.arguments or ():
            type_ = known.get(argument.name.value)
            if type_ is not None and not fits(argument.value, type_):
                told = f"@{use.name.value}({argument.name.value}: {print_ast(argument.value)})"
                wanted = f"{argument.name.value} has to be {print_ast(type_)}"
                yield GraphQLError(f"{told}: {wanted}.", [argument.value])


def _types(names: FederationNames) -> dict[str, Mapping[str, TypeNode]]:
    """The type of each argument, by the local name of its directive."""
    elsewhere = {names.directive(name): told for name, told in _TOLD_ELSEWHERE.items()}
    return {
        node.name.value: {
            each.name.value: each.type
            for each in node.arguments or ()
            if each.name.value not in elsewhere.get(node.name.value, ())
        }
        for node in (*definitions_of_federation(names), *_GRAPHQL)
        if isinstance(node, DirectiveDefinitionNode)
    }


class _Uses(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[DirectiveNode] = []

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.found.append(node)
