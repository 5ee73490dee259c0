"""`@authenticated`, `@requiresScopes`, `@policy`: what a caller must be or have to read a part."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    parse_type,
)

from gateway.errors import InvalidSupergraph
from gateway.federation_spec.arguments import (
    WithDirectives,
    arguments_of,
    directives_named,
    texts_in,
)
from gateway.federation_spec.link import APOLLO, Link
from gateway.federation_spec.literals import fits
from gateway.supergraph.model import Demand, DemandKind, Groups

_GUARDABLE = (
    ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | ScalarTypeDefinitionNode
    | EnumTypeDefinitionNode
)
_ARGUMENTS = {DemandKind.SCOPES: "scopes", DemandKind.POLICIES: "policies"}
_GROUPS = parse_type("[[String!]!]!")


def demands_in(document: DocumentNode, links: Iterable[Link]) -> dict[str, frozenset[Demand]]:
    """Give what is demanded, by "Type" and by "Type.field"; what demands nothing is left out.

    Raises InvalidSupergraph for a demand that cannot be read: it would be none.
    """
    names = {kind: _local_name(links, kind) for kind in DemandKind}
    found: defaultdict[str, set[Demand]] = defaultdict(set)
    for definition in document.definitions:
        if not isinstance(definition, _GUARDABLE):
            continue
        name = definition.name.value
        found[name].update(_demands_on(name, definition, names))
        for field in getattr(definition, "fields", None) or ():
            coordinate = f"{name}.{field.name.value}"
            found[coordinate].update(_demands_on(coordinate, field, names))
    return {coordinate: frozenset(demands) for coordinate, demands in found.items() if demands}


def _local_name(links: Iterable[Link], kind: DemandKind) -> str:
    link = next((one for one in links if one.identity == f"{APOLLO}/{kind.value}"), None)
    return link.directive_name(kind.value) if link else kind.value


def _demands_on(
    coordinate: str, node: WithDirectives, names: Mapping[DemandKind, str]
) -> Iterator[Demand]:
    for kind, name in names.items():
        for use in directives_named(node, name):
            argument = _ARGUMENTS.get(kind)
            yield Demand(kind, _groups(coordinate, use, argument) if argument else None)


def _groups(coordinate: str, use: DirectiveNode, argument: str) -> Groups:
    """Read a list of lists of names; GraphQL takes a single value for a list of one."""
    given = (each.value for each in use.arguments or () if each.name.value == argument)
    if not any(fits(value, _GROUPS) for value in given):
        raise InvalidSupergraph(
            f"The supergraph cannot be served: {coordinate}: @{use.name.value} needs {argument}, "
            "a list of lists of strings."
        )
    written = arguments_of(use)[argument]
    return frozenset(
        frozenset(texts_in(group))
        for group in (written if isinstance(written, list) else [written])
    )
