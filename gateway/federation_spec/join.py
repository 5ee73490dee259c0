"""The Join specification (v0.1 to v0.5): how a supergraph says which subgraph has what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DirectiveNode, EnumTypeDefinitionNode

from gateway.federation_spec.arguments import WithDirectives, arguments_of, directives_named
from gateway.federation_spec.link import Link


@dataclass(frozen=True, slots=True)
class JoinGraph:
    """`@join__graph`: an enum value standing for a subgraph."""

    graph: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class JoinType:
    """`@join__type`: the subgraph knows the type, and may have a key for it."""

    graph: str
    key: str | None
    extension: bool
    resolvable: bool
    is_interface_object: bool


@dataclass(frozen=True, slots=True)
class JoinContextArgument:
    """An argument that the subgraph takes from a context instead of from the client."""

    name: str
    type: str
    context: str
    selection: str


@dataclass(frozen=True, slots=True)
class JoinField:
    """`@join__field`; `graph` None marks a field that only interface objects contribute."""

    graph: str | None
    type: str | None
    requires: str | None
    provides: str | None
    external: bool
    override: str | None
    override_label: str | None
    used_overridden: bool
    context_arguments: tuple[JoinContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinNames:
    """The local names of the join directives in one document."""

    link: Link | None = None

    @property
    def graph_type(self) -> str:
        """The name of the enum of subgraphs."""
        return "join__Graph" if self.link is None else self.link.type_name("Graph")

    @property
    def has_owners(self) -> bool:
        """Whether this is v0.1, where a type has an owner that has all its fields."""
        return self.link is not None and self.link.version == (0, 1)

    def owner(self, node: WithDirectives) -> str | None:
        """The graph that a type belongs to, in v0.1; value types belong to nobody."""
        return next((str(use["graph"]) for use in self._uses(node, "owner")), None)

    def graphs(self, definition: EnumTypeDefinitionNode) -> Iterator[JoinGraph]:
        """The subgraphs, from the enum `join__Graph`."""
        for value in definition.values or ():
            for arguments in self._uses(value, "graph"):
                yield JoinGraph(value.name.value, arguments["name"], arguments.get("url") or "")

    def types(self, node: WithDirectives) -> tuple[JoinType, ...]:
        """Which subgraphs know the type, one entry per key."""
        return tuple(
            JoinType(
                graph=arguments["graph"],
                key=arguments.get("key"),
                extension=bool(arguments.get("extension")),
                resolvable=arguments.get("resolvable") is not False,
                is_interface_object=bool(arguments.get("isInterfaceObject")),
            )
            for arguments in self._uses(node, "type")
        )

    def fields(self, node: WithDirectives) -> tuple[JoinField, ...]:
        """Which subgraphs have the field; empty means every subgraph that knows its type."""
        return tuple(
            JoinField(
                graph=arguments.get("graph"),
                type=arguments.get("type"),
                requires=arguments.get("requires"),
                provides=arguments.get("provides"),
                external=bool(arguments.get("external")),
                override=arguments.get("override"),
                override_label=arguments.get("overrideLabel"),
                used_overridden=bool(arguments.get("usedOverridden")),
                context_arguments=tuple(
                    JoinContextArgument(
                        each["name"], each["type"], each["context"], each["selection"]
                    )
                    for each in arguments.get("contextArguments") or ()
                ),
            )
            for arguments in self._uses(node, "field")
        )

    def implements(self, node: WithDirectives) -> tuple[tuple[str, str], ...]:
        """(graph, interface) pairs."""
        return tuple((use["graph"], use["interface"]) for use in self._uses(node, "implements"))

    def union_members(self, node: WithDirectives) -> tuple[tuple[str, str], ...]:
        """(graph, member) pairs."""
        return tuple((use["graph"], use["member"]) for use in self._uses(node, "unionMember"))

    def uses(self, node: WithDirectives, name: str) -> Iterator[DirectiveNode]:
        """Every use of one of the directives on a node, as written."""
        local = f"join__{name}" if self.link is None else self.link.directive_name(name)
        return directives_named(node, local)

    def _uses(self, node: WithDirectives, name: str) -> Iterator[Mapping[str, Any]]:
        return map(arguments_of, self.uses(node, name))
