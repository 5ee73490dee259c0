"""`@composeDirective`: directives that a subgraph wants to see in the supergraph."""

from collections.abc import Iterable, Iterator

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeNode,
    print_ast,
)

from gateway.composition.elements import ComposedDirective
from gateway.federation_spec.arguments import arguments_of, directives_named
from gateway.federation_spec.directives import FederationNames


def composed_directives(
    document: DocumentNode, names: FederationNames
) -> dict[str, ComposedDirective]:
    """Give the directives that `@composeDirective` names, by their local names."""
    wanted = {
        str(arguments_of(use).get("name")).removeprefix("@")
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        for use in directives_named(node, names.directive("composeDirective"))
    }
    return {
        node.name.value: _composed(node, document, names)
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in wanted
    }


def types_of_directives(document: DocumentNode, names: Iterable[str]) -> frozenset[str]:
    """Give the types that only the arguments of these directives use: they travel with them."""
    return frozenset(
        node.name.value
        for each in document.definitions
        if isinstance(each, DirectiveDefinitionNode) and each.name.value in set(names)
        for node in _own_types(each, document)
    )


def _composed(
    node: DirectiveDefinitionNode, document: DocumentNode, names: FederationNames
) -> ComposedDirective:
    types = _own_types(node, document)
    text = "\n\n".join(print_ast(each) for each in (node, *types))
    local = node.name.value
    for link in names.links:
        for own, imported in link.imports.items():
            if own.startswith("@") and imported.removeprefix("@") == local:
                carried = tuple((each.name.value, each.name.value) for each in types)
                return ComposedDirective(text, link.url, ((own, imported), *carried))
    return ComposedDirective(text)


def _own_types(
    directive: DirectiveDefinitionNode, document: DocumentNode
) -> tuple[TypeDefinitionNode, ...]:
    used = {_name(argument.type) for argument in directive.arguments or ()}
    elsewhere = set(_used_by_fields(document))
    return tuple(
        node
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode)
        and node.name.value in used
        and node.name.value not in elsewhere
    )


def _used_by_fields(document: DocumentNode) -> Iterator[str]:
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode):
            continue
        for field in getattr(node, "fields", None) or ():
            if isinstance(field, FieldDefinitionNode | InputValueDefinitionNode):
                yield _name(field.type)
            for argument in getattr(field, "arguments", None) or ():
                yield _name(argument.type)


def _name(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    return print_ast(node)
