"""What a supergraph says, as frozen records: each subgraph's own view of every type it knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from graphql import DocumentNode, GraphQLSchema


class TypeKind(StrEnum):
    """What a type is in one subgraph."""

    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"


@dataclass(frozen=True, slots=True)
class OutputType:
    """The type of a field: as written (`[Item!]!`), the named type inside, how many lists deep."""

    text: str
    name: str
    list_depth: int

    @property
    def non_null(self) -> bool:
        return self.text.endswith("!")


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that clients do not see: its value is read where a context was set.

    `context` is the name in `Supergraph.contexts`; `selection` a field set as written, which may
    have one part per type that sets the context; `type` the argument's type in the subgraph.
    """

    name: str
    type: str
    context: str
    selection: str


@dataclass(frozen=True, slots=True)
class SubgraphField:
    """One field of one type as one subgraph declares it.

    `external`: the subgraph names it but cannot be asked for it, except where provided.
    `replaced`: another subgraph has taken it over; it may only be read as an input of this one.
    `requires`, `provides`: field sets as written.
    `override_label`: the field is handed over little by little. The subgraph that `takes_over` has
    it in operations for which the label is active, the other one in the rest.
    """

    name: str
    type: OutputType
    external: bool = False
    replaced: bool = False
    requires: str | None = None
    provides: str | None = None
    override_label: str | None = None
    takes_over: bool = False
    context_arguments: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A `@key` of a type in one subgraph; not resolvable means: not an entry into that subgraph."""

    fields: str
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class SubgraphType:
    """An object, interface or union as one subgraph knows it.

    `runtime_types` are the object types a value of it may have there. An interface object is an
    OBJECT there, named like the interface, whose real types only other subgraphs know.
    """

    name: str
    kind: TypeKind
    fields: Mapping[str, SubgraphField]
    keys: tuple[Key, ...]
    runtime_types: frozenset[str]
    is_extension: bool = False
    is_interface_object: bool = False


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One subgraph: `graph` is its enum value in the text, `name` what people call it."""

    name: str
    graph: str
    url: str
    types: Mapping[str, SubgraphType]


class DemandKind(StrEnum):
    """What is demanded of a caller; the values are the names of the directives."""

    AUTHENTICATED = "authenticated"
    SCOPES = "requiresScopes"
    POLICIES = "policy"


Groups: TypeAlias = frozenset[frozenset[str]]
"""Names of which one group must be had whole."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a caller must be or have to read a part of the graph; `groups` of scopes or policies."""

    kind: DemandKind
    groups: Groups | None = None


class EventSourceKind(StrEnum):
    """What a listener that is too slow gets: every event, or each entity's latest state."""

    LOSSLESS = "LOSSLESS"
    STATE = "STATE"


@dataclass(frozen=True, slots=True)
class EventSource:
    """`@eventSource` on a subscription field: the log it is served from.

    `stream` names the log, `match` the arguments that filter by the event's keys of those names,
    `unrestricted` the roles that see every event. `roles` may listen; None: whoever has a grant.
    With `public`, callers in none of the unrestricted roles see what events tell everybody, and
    must give those arguments. `grants` are the kinds of grants that count, each as `role:kind`;
    None: all. `by_rights`: nothing that events lead to is answered by who asks.
    `subgraph` is the virtual one that plans name.
    """

    field: str
    subgraph: str
    stream: str
    match: tuple[str, ...]
    kind: EventSourceKind = EventSourceKind.LOSSLESS
    unrestricted: frozenset[str] = frozenset()
    roles: frozenset[str] | None = None
    public: tuple[str, ...] | None = None
    by_rights: bool = False
    grants: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Machinery:
    """What exists for routers and other tools: whole prefixes (`join` of `join__Graph`), names."""

    prefixes: frozenset[str]
    types: frozenset[str]
    directives: frozenset[str]

    def has_type(self, name: str) -> bool:
        """Whether a type is no part of what clients may see."""
        return name in self.types or self._has_prefix(name)

    def has_directive(self, name: str) -> bool:
        """Whether a directive, without the `@`, is no part of what clients may see."""
        return name in self.directives or self._has_prefix(name)

    def _has_prefix(self, name: str) -> bool:
        prefix, separator, _ = name.partition("__")
        return bool(separator) and prefix in self.prefixes


@dataclass(frozen=True, slots=True)
class Supergraph:
    """The whole: subgraphs by name in the text's order, and the full schema, hidden parts included.

    `inaccessible` is the local name of that directive, which an import may have renamed.
    `event_sources` are by the name of the subscription field. `contexts` gives the types that set
    a context, by its name in `ContextArgument`. `demands` tells what is demanded of callers, by
    "Type" and by "Type.field".
    """

    document: DocumentNode
    schema: GraphQLSchema
    subgraphs: Mapping[str, Subgraph]
    machinery: Machinery
    inaccessible: str
    event_sources: Mapping[str, EventSource] = field(default_factory=dict)
    contexts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    demands: Mapping[str, frozenset[Demand]] = field(default_factory=dict)
