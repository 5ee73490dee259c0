"""What one subgraph declares, as frozen records with Federation's own words applied."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graphql import (
    ConstValueNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    Location,
    TypeNode,
)

from gateway.composition.access import NO_DEMAND, Access
from gateway.composition.cost import ListSize
from gateway.composition.problems import Place
from gateway.federation_spec.link import Link, Version


class Kind(StrEnum):
    """The kind of a type."""

    SCALAR = "scalar"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input object"


@dataclass(frozen=True, slots=True)
class Marks:
    """What any element may carry: words for people, marks for tools, and where it was written.

    `composed` are uses of directives to pass on, `repeatable` the names of those that may stand
    on one element several times. `uses` tells where each Federation directive stands on it, by the
    directive's own name.
    """

    description: str | None = None
    inaccessible: bool = False
    tags: tuple[str, ...] = ()
    deprecated: DirectiveNode | None = None
    composed: tuple[DirectiveNode, ...] = ()
    repeatable: frozenset[str] = frozenset()
    access: Access = NO_DEMAND
    cost: int | None = None
    list_size: ListSize | None = None
    places: tuple[Place, ...] = field(default=(), compare=False)
    uses: Mapping[str, Place] = field(default_factory=dict, compare=False)

    def of(self, directive: str) -> "Marks":
        """These marks, placed at one of the directives if it is there."""
        place = self.uses.get(directive)
        return self if place is None else replace(self, places=(place,))


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field, or a field of an input object.

    `from_context` is what `@fromContext` selects: the value comes from there, not from clients.
    """

    name: str
    type: TypeNode
    default: ConstValueNode | None
    marks: Marks
    from_context: str | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is declared."""
        return self.marks.places


@dataclass(frozen=True, slots=True)
class Override:
    """`@override`: taken over from a subgraph, for a share of requests if there is a label."""

    source: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: str
    type: TypeNode
    arguments: Mapping[str, Argument]
    marks: Marks
    external: bool = False
    shareable: bool = False
    requires: str | None = None
    provides: str | None = None
    override: Override | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is declared."""
        return self.marks.places


@dataclass(frozen=True, slots=True)
class Key:
    """`@key`."""

    fields: str
    resolvable: bool = True
    places: tuple[Place, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Type:
    """A type of a subgraph. An interface object is an INTERFACE here with `is_interface_object`."""

    name: str
    kind: Kind
    marks: Marks
    fields: Mapping[str, Field] = field(default_factory=dict)
    inputs: Mapping[str, Argument] = field(default_factory=dict)
    values: Mapping[str, Marks] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    is_extension: bool = False
    is_interface_object: bool = False
    specified_by: DirectiveNode | None = None
    one_of: bool = False
    contexts: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is declared, and where it is extended."""
        return self.marks.places


def place_in(subgraph: str, file: str, node: object) -> tuple[Place, ...]:
    """Where a node is written; a declaration stands where its name does, below its description."""
    name = None if isinstance(node, DirectiveNode) else getattr(node, "name", None)
    location: Location | None = getattr(name or node, "loc", None)
    if location is None:
        return ()
    return (Place(subgraph, file, location.start_token.line, location.start_token.column),)


@dataclass(frozen=True, slots=True)
class ComposedDirective:
    """A directive named by `@composeDirective`: its definition, and the link it comes from.

    `own_name` is what its specification calls it, without the `@`.
    """

    definition: DirectiveDefinitionNode
    link: Link
    own_name: str


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A subgraph read: its types under their canonical root names.

    `graph` is the enum value that stands for it in the supergraph. `composed_directives` are
    custom directives to pass on; `directives` are all that it defines itself, and `schema_marks`
    what stands on its schema; `file` is what places call its text.
    """

    name: str
    graph: str
    url: str
    types: Mapping[str, Type]
    is_federation_1: bool = False
    composed_directives: Mapping[str, ComposedDirective] = field(default_factory=dict)
    directives: Mapping[str, DirectiveDefinitionNode] = field(default_factory=dict)
    schema_marks: Marks = field(default_factory=Marks)
    version: Version = (0, 0)
    file: str = ""
