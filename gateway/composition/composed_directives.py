"""`@composeDirective`: directives that a subgraph wants to see in the supergraph."""

from collections.abc import Iterator

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    SchemaDefinitionNode,
    SchemaExtensionNode,
)

from gateway.composition.elements import ComposedDirective
from gateway.composition.faults import fault
from gateway.federation_spec.arguments import arguments_of, directives_named
from gateway.federation_spec.directives import FEDERATION_2_DIRECTIVES, FederationNames
from gateway.federation_spec.link import Link

ALWAYS_COMPOSED = frozenset({"tag", "inaccessible"})
_NO_VERSION = (0, 0)


def composed_directives(
    document: DocumentNode, names: FederationNames
) -> dict[str, ComposedDirective]:
    """Give the directives that `@composeDirective` names, by their local names."""
    definitions = _definitions(document)
    found: dict[str, ComposedDirective] = {}
    for local, _ in _wishes(document, names):
        definition, origin = definitions.get(local or ""), _origin(local or "", names)
        if local and definition is not None and origin is not None:
            found[local] = ComposedDirective(definition, *origin)
    return found


def composition_faults(document: DocumentNode, names: FederationNames) -> Iterator[GraphQLError]:
    """Give a fault for each `@composeDirective` that names nothing which can be composed."""
    definitions = _definitions(document)
    own = {names.directive(name): name for name in FEDERATION_2_DIRECTIVES}
    for local, use in _wishes(document, names):
        if local is None:
            message = f"@{use.name.value} needs the name of a directive, beginning with @."
        elif local in own:
            if own[local] in ALWAYS_COMPOSED:
                continue
            message = f"@{local} belongs to Federation: it is composed as Federation says."
        elif local not in definitions:
            message = f"@{local} is to be composed, but is not defined."
        elif (origin := _origin(local, names)) is None:
            message = f"@{local} is to be composed, but comes from no @link."
        elif origin[0].version == _NO_VERSION:
            message = f"{origin[0].url} has to end with a version, like /v1.0, to be passed on."
            yield fault("INVALID_LINK_IDENTIFIER", message, use)
            continue
        else:
            continue
        yield fault("DIRECTIVE_COMPOSITION_ERROR", message, use)


def _wishes(
    document: DocumentNode, names: FederationNames
) -> Iterator[tuple[str | None, DirectiveNode]]:
    """The local name without its `@`, or None if there is no such thing."""
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            for use in directives_named(node, names.directive("composeDirective")):
                name = arguments_of(use).get("name")
                text = name if isinstance(name, str) else ""
                yield (text[1:] or None) if text.startswith("@") else None, use


def _definitions(document: DocumentNode) -> dict[str, DirectiveDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode)
    }


def _origin(local: str, names: FederationNames) -> tuple[Link, str] | None:
    """The link that a directive comes from, and its name there."""
    for link in names.links:
        for own, imported in link.imports.items():
            if own.startswith("@") and imported == f"@{local}":
                return link, own[1:]
    for link in names.links:
        if local == link.prefix:
            return link, link.name
        if local.startswith(f"{link.prefix}__"):
            return link, local.removeprefix(f"{link.prefix}__")
    return None
