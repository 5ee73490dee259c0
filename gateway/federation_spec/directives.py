"""The Federation directives under the names one subgraph uses for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DocumentNode

from gateway.federation_spec.link import Link, Version, links_of

SINCE: Mapping[str, Version] = {
    "authenticated": (2, 5),
    "composeDirective": (2, 1),
    "context": (2, 8),
    "cost": (2, 9),
    "extends": (2, 0),
    "external": (2, 0),
    "fromContext": (2, 8),
    "inaccessible": (2, 0),
    "interfaceObject": (2, 3),
    "key": (2, 0),
    "listSize": (2, 9),
    "override": (2, 0),
    "policy": (2, 6),
    "provides": (2, 0),
    "requires": (2, 0),
    "requiresScopes": (2, 5),
    "shareable": (2, 0),
    "tag": (2, 0),
}
"""The directives of Federation 2, each with the version that brought it."""

TYPES_SINCE: Mapping[str, Version] = {
    "FieldSet": (2, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}
"""The types of Federation 2 that can be imported."""

FEDERATION_2_DIRECTIVES = frozenset(SINCE)
FEDERATION_1_DIRECTIVES = frozenset({"extends", "external", "key", "provides", "requires", "tag"})
NEWEST_VERSION: Version = (2, 14)
LABELS_SINCE: Version = (2, 7)
MACHINERY_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet", "FieldSet"})
MACHINERY_FIELDS = frozenset({"_entities", "_service"})


@dataclass(frozen=True, slots=True)
class FederationNames:
    """Local names of the directives of one subgraph; without a link it speaks Federation 1."""

    link: Link | None
    links: tuple[Link, ...]

    @property
    def version(self) -> Version:
        """The version of Federation."""
        return (1, 0) if self.link is None else self.link.version

    @property
    def known_directives(self) -> frozenset[str]:
        """The directives of this version, by their own names."""
        if self.link is None:
            return FEDERATION_1_DIRECTIVES
        return frozenset(name for name, since in SINCE.items() if since <= self.version)

    @property
    def is_federation_1(self) -> bool:
        return self.link is None

    def directive(self, name: str) -> str:
        """The local name of a Federation directive, without the `@`."""
        if self.link is None:
            return name
        return self.link.directive_name(name)

    def is_machinery(self, type_name: str) -> bool:
        """Whether a type exists for Federation only."""
        prefixes = {f"{link.prefix}__" for link in self.links} | {"link__", "federation__"}
        imported = {
            local
            for link in self.links
            for name, local in link.imports.items()
            if not name.startswith("@")
        }
        return (
            type_name in MACHINERY_TYPES
            or type_name in imported
            or any(type_name.startswith(prefix) for prefix in prefixes)
        )


def federation_names(document: DocumentNode) -> FederationNames:
    """Read the links of a subgraph."""
    links = links_of(document)
    return FederationNames(next((link for link in links if link.name == "federation"), None), links)
