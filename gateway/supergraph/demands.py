"""`@authenticated`, `@requiresScopes`, `@policy`: what a caller must be or have to read a part."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
)

from gateway.federation_spec.arguments import WithDirectives, arguments_of, directives_named
from gateway.federation_spec.link import APOLLO, Link
from gateway.supergraph.model import Demand, DemandKind, Groups

_GUARDABLE = (
    ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | ScalarTypeDefinitionNode
    | EnumTypeDefinitionNode
)
_ARGUMENTS = {DemandKind.SCOPES: "scopes", DemandKind.POLICIES: "policies"}


def demands_in(document: DocumentNode, links: Iterable[Link]) -> dict[str, frozenset[Demand]]:
    """Give what is demanded, by "Type" and by "Type.field"; what demands nothing is left out."""
    names = {kind: _local_name(links, kind) for kind in DemandKind}
    found: defaultdict[str, set[Demand]] = defaultdict(set)
    for definition in document.definitions:
        if not isinstance(definition, _GUARDABLE):
            continue
        name = definition.name.value
        found[name].update(_demands_on(definition, names))
        for field in getattr(definition, "fields", None) or ():
            found[f"{name}.{field.name.value}"].update(_demands_on(field, names))
    return {coordinate: frozenset(demands) for coordinate, demands in found.items() if demands}


def _local_name(links: Iterable[Link], kind: DemandKind) -> str:
    link = next((one for one in links if one.identity == f"{APOLLO}/{kind.value}"), None)
    return link.directive_name(kind.value) if link else kind.value


def _demands_on(node: WithDirectives, names: Mapping[DemandKind, str]) -> Iterator[Demand]:
    for kind, name in names.items():
        for use in directives_named(node, name):
            argument = _ARGUMENTS.get(kind)
            yield Demand(kind, _groups(arguments_of(use).get(argument)) if argument else None)


def _groups(written: Any) -> Groups:
    """Read a list of lists of names; GraphQL takes a single value for a list of one."""
    outer = written if isinstance(written, list) else [] if written is None else [written]
    return frozenset(
        frozenset(str(name) for name in (group if isinstance(group, list) else [group]))
        for group in outer
    )
