"""Federated graphs written out in a test: compose them, plan over them, check every request."""

from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    build_ast_schema,
    parse,
    validate,
)

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.plan import QueryPlan
from gateway.planning.plan_text import plan_text
from gateway.planning.snapshot import build_snapshot

_LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [
  "@key", "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible",
  "@interfaceObject", "@tag", "@extends"])
"""
_BASES: dict[type, type[ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode]] = {
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
}
_MACHINERY = """
scalar _Any
scalar _FieldSet
"""


class FederatedGraph:
    """A graph of subgraphs given by name; an SDL without a link gets one of Federation 2.

    A `supergraph` that somebody else composed takes the place of ours.
    """

    def __init__(self, supergraph: str | None = None, **subgraphs: str) -> None:
        self.definitions = [
            SubgraphDefinition(name, f"http://{name}", linked(sdl))
            for name, sdl in subgraphs.items()
        ]
        self.supergraph = supergraph or compose(self.definitions)
        self.snapshot = build_snapshot(self.supergraph)
        self._schemas = {each.name: subgraph_schema(each.sdl) for each in self.definitions}

    def plan(self, operation: str, name: str | None = None) -> QueryPlan:
        """Plan a valid operation, and check that each subgraph would accept its requests."""
        document = parse(operation)
        assert not (problems := validate(self.snapshot.public_schema, document)), problems
        plan = self.snapshot.planner.plan(document, name)
        self.check(plan)
        return plan

    def check(self, plan: QueryPlan) -> None:
        """See that each subgraph would accept what a plan asks of it."""
        for fetch in plan.fetches:
            refused = validate(self._schemas[fetch.subgraph], parse(fetch.operation))
            assert not refused, (fetch.operation, refused)

    def plan_text(self, operation: str, name: str | None = None) -> str:
        """The plan as text."""
        return plan_text(self.plan(operation, name))


def linked(sdl: str) -> str:
    """The SDL with a link to Federation 2, unless it says that it is Federation 1."""
    return sdl if "@link" in sdl or "# Federation 1" in sdl else _LINK + sdl


def subgraph_schema(sdl: str) -> GraphQLSchema:
    """What a subgraph really serves: its types, `_entities` and `_Any`."""
    document = parse(_MACHINERY + sdl)
    entities = sorted(
        {
            node.name.value
            for node in document.definitions
            if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
            and any(use.name.value == "key" for use in node.directives or ())
        }
    )
    more = "extend type Query { _service: String }"
    if entities:
        more += " extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
        more += f" union _Entity = {' | '.join(entities)}"
    definitions = (*document.definitions, *parse(more).definitions)
    return build_ast_schema(
        _with_bases(DocumentNode(definitions=definitions)), assume_valid_sdl=True
    )


def _with_bases(document: DocumentNode) -> DocumentNode:
    """A type that is only ever extended is defined by its first extension."""
    defined = {
        node.name.value
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode)
    }
    definitions: list[DefinitionNode] = []
    for node in document.definitions:
        if isinstance(node, ObjectTypeExtensionNode | InterfaceTypeExtensionNode):
            base = _BASES[type(node)]
            if node.name.value not in defined:
                defined.add(node.name.value)
                definitions.append(
                    base(name=node.name, interfaces=node.interfaces, fields=node.fields)
                )
                continue
        definitions.append(node)
    return DocumentNode(definitions=tuple(definitions))
