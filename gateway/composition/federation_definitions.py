"""How Federation defines its own directives: a text may leave that out, or repeat it."""

from collections.abc import Iterable, Iterator

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    NonNullTypeNode,
    TypeDefinitionNode,
    parse,
)

from gateway.composition.faults import fault
from gateway.federation_spec.directives import LABELS_SINCE, FederationNames

_ANYWHERE = (
    "SCHEMA | FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM "
    "| ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_GUARDED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_SIGNATURES = {
    "authenticated": f"on {_GUARDED}",
    "composeDirective": "(name: String!) repeatable on SCHEMA",
    "context": "(name: String!) repeatable on OBJECT | INTERFACE | UNION",
    "cost": "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | "
    "INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    "extends": "on OBJECT | INTERFACE",
    "external": "(reason: String) on OBJECT | FIELD_DEFINITION",
    "fromContext": "(field: String) on ARGUMENT_DEFINITION",
    "inaccessible": f"on {_ANYWHERE.removeprefix('SCHEMA | ')}",
    "interfaceObject": "on OBJECT",
    "key": "(fields: String!, resolvable: Boolean) repeatable on OBJECT | INTERFACE",
    "listSize": "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
    "requireOneSlicingArgument: Boolean) on FIELD_DEFINITION",
    "override": "(from: String!, label: String) on FIELD_DEFINITION",
    "policy": f"(policies: [[String!]!]!) on {_GUARDED}",
    "provides": "(fields: String!) on FIELD_DEFINITION",
    "requires": "(fields: String!) on FIELD_DEFINITION",
    "requiresScopes": f"(scopes: [[String!]!]!) on {_GUARDED}",
    "shareable": "repeatable on OBJECT | FIELD_DEFINITION",
    "tag": f"(name: String!) repeatable on {_ANYWHERE}",
}
LINK = {
    "link": "(url: String!, as: String, for: String, import: [String]) repeatable on SCHEMA",
    "core": "(feature: String!, as: String, for: String) repeatable on SCHEMA",
}


def definition_faults(document: DocumentNode, names: FederationNames) -> Iterator[GraphQLError]:
    """A text may define Federation's directives itself, but not as something else."""
    own = {names.directive(name): name for name in names.known_directives}
    for node in document.definitions:
        name = own.get(node.name.value) if isinstance(node, DirectiveDefinitionNode) else None
        if name is None or not isinstance(node, DirectiveDefinitionNode):
            continue
        (usual,) = parse(_definition(name, _signature(name, names))).definitions
        assert isinstance(usual, DirectiveDefinitionNode)  # noqa: S101 - it was written as one
        for reason in _differences(node, usual):
            message = f"@{node.name.value} of Federation is defined differently: {reason}."
            yield fault("DIRECTIVE_DEFINITION_INVALID", message, node.name)


def _differences(node: DirectiveDefinitionNode, usual: DirectiveDefinitionNode) -> Iterator[str]:
    """Fewer places and fewer optional arguments do no harm."""
    given = {argument.name.value for argument in node.arguments or ()}
    known = {argument.name.value: argument.type for argument in usual.arguments or ()}
    for name in sorted(given - set(known)):
        yield f"it has no argument {name}"
    for name, type_ in known.items():
        if name not in given and isinstance(type_, NonNullTypeNode):
            yield f"it needs an argument {name}"
    places = {location.value for location in usual.locations}
    for place in (location.value for location in node.locations):
        if place not in places:
            yield f"it cannot stand on {place}"


def _signature(name: str, names: FederationNames) -> str:
    if name == "override" and names.version < LABELS_SINCE:
        return "(from: String!) on FIELD_DEFINITION"
    return _SIGNATURES[name]


def definitions_of_federation(names: FederationNames) -> tuple[DefinitionNode, ...]:
    """Give its directives as this version defines them, by their local names."""
    return tuple(
        definition
        for name in sorted(names.known_directives)
        for definition in parse(
            _definition(names.directive(name), _signature(name, names)), no_location=True
        ).definitions
    )


def _definition(name: str, signature: str) -> str:
    return f"directive @{name}{'' if signature.startswith('(') else ' '}{signature}"


def machinery(
    document: DocumentNode, types: Iterable[str], names: FederationNames
) -> tuple[DefinitionNode, ...]:
    """Give the definitions of what Federation brings along, unless the text has its own.

    `types` are the names of those that the text mentions.
    """
    own = {
        node.name.value
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode | TypeDefinitionNode)
    }
    signatures = {
        names.directive(name): _signature(name, names) for name in sorted(names.known_directives)
    }
    directives = {name: text for name, text in {**signatures, **LINK}.items() if name not in own}
    lines = [
        *(_definition(name, text) for name, text in directives.items()),
        *(f"scalar {name}" for name in types if names.is_machinery(name) and name not in own),
    ]
    return parse("\n".join(lines), no_location=True).definitions
