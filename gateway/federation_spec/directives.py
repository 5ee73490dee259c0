"""The Federation directives under the names one subgraph uses for them."""

from dataclasses import dataclass

from graphql import DocumentNode

from gateway.federation_spec.link import Link, links_of

FEDERATION_2_DIRECTIVES = frozenset(
    {
        "authenticated",
        "composeDirective",
        "context",
        "cost",
        "extends",
        "external",
        "fromContext",
        "inaccessible",
        "interfaceObject",
        "key",
        "listSize",
        "override",
        "policy",
        "provides",
        "requires",
        "requiresScopes",
        "shareable",
        "tag",
    }
)
MACHINERY_TYPES = frozenset({"_Any", "_Entity", "_Service", "_FieldSet", "FieldSet"})
MACHINERY_FIELDS = frozenset({"_entities", "_service"})


@dataclass(frozen=True, slots=True)
class FederationNames:
    """Local names of the directives of one subgraph; without a link it speaks Federation 1."""

    link: Link | None
    links: tuple[Link, ...]

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
