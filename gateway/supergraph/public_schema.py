"""The schema clients may see: without the machinery of federation and what is inaccessible."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    OperationTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
)

from gateway.federation_spec.arguments import WithDirectives, has_directive, without_directives
from gateway.supergraph.model import Supergraph
from gateway.supergraph.validity.sound_schema import valid_schema

_KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
_EXECUTABLE = frozenset({"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "INLINE_FRAGMENT"})
_Hideable = TypeVar(
    "_Hideable",
    FieldDefinitionNode,
    InputValueDefinitionNode,
    EnumValueDefinitionNode,
)


def public_schema(supergraph: Supergraph) -> GraphQLSchema:
    """Build the clients' schema; raises InvalidSupergraph if what remains is no valid schema."""
    pruner = _Pruner(supergraph)
    definitions = [pruner.definition(node) for node in supergraph.document.definitions]
    document = DocumentNode(definitions=tuple(node for node in definitions if node is not None))
    return valid_schema(document, "What clients may see is no valid schema")


def _only_in_directives(document: DocumentNode) -> set[str]:
    """Types that only the arguments of directives use: they are for tools, as those are."""
    in_directives: set[str] = set()
    elsewhere: set[str] = set()
    for node in document.definitions:
        names = elsewhere
        if isinstance(node, DirectiveDefinitionNode):
            names = elsewhere if _is_executable(node) else in_directives
        for field in getattr(node, "fields", None) or getattr(node, "arguments", None) or ():
            names.add(_named(field.type))
            names.update(_named(each.type) for each in getattr(field, "arguments", None) or ())
        names.update(each.name.value for each in getattr(node, "types", None) or ())
        names.update(each.name.value for each in getattr(node, "interfaces", None) or ())
    return in_directives - elsewhere


def _is_executable(node: DirectiveDefinitionNode) -> bool:
    return bool(_EXECUTABLE & {location.value for location in node.locations})


def _named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]
    return node.name.value


class _Pruner:
    """Takes the hidden parts out of a document, one definition at a time."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._inaccessible = supergraph.inaccessible
        self._machinery = supergraph.machinery
        self._hidden_types = {
            node.name.value
            for node in supergraph.document.definitions
            if isinstance(node, TypeDefinitionNode) and has_directive(node, self._inaccessible)
        } | _only_in_directives(supergraph.document)

    def definition(self, node: DefinitionNode) -> DefinitionNode | None:
        if isinstance(node, SchemaDefinitionNode):
            return _copy(node, directives=(), operation_types=self._operations(node))
        if isinstance(node, SchemaExtensionNode | DirectiveDefinitionNode):
            return None if self._is_hidden_definition(node) else node
        if not isinstance(node, TypeDefinitionNode) or self._machinery.has_type(node.name.value):
            return None
        return None if node.name.value in self._hidden_types else self._type(node)

    def _operations(self, node: SchemaDefinitionNode) -> tuple[OperationTypeDefinitionNode, ...]:
        """A root type that is hidden is none for clients; they can do without all but the query."""
        return tuple(
            each for each in node.operation_types if each.type.name.value not in self._hidden_types
        )

    def _is_hidden_definition(self, node: SchemaExtensionNode | DirectiveDefinitionNode) -> bool:
        if isinstance(node, SchemaExtensionNode) or self._machinery.has_directive(node.name.value):
            return True
        return not _is_executable(node)

    def _type(self, node: TypeDefinitionNode) -> TypeDefinitionNode | None:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return _copy(
                node,
                interfaces=self._named(node.interfaces),
                fields=tuple(self._field(field) for field in self._shown(node.fields)),
            )
        if isinstance(node, UnionTypeDefinitionNode):
            return _copy(node, types=self._named(node.types))
        if isinstance(node, InputObjectTypeDefinitionNode):
            return _copy(node, fields=tuple(_copy(field) for field in self._shown(node.fields)))
        if isinstance(node, EnumTypeDefinitionNode):
            return _copy(node, values=tuple(_copy(value) for value in self._shown(node.values)))
        return _copy(node) if isinstance(node, ScalarTypeDefinitionNode) else None

    def _field(self, node: FieldDefinitionNode) -> FieldDefinitionNode:
        return _copy(
            node, arguments=tuple(_copy(argument) for argument in self._shown(node.arguments))
        )

    def _named(self, nodes: Iterable[NamedTypeNode] | None) -> tuple[NamedTypeNode, ...]:
        return tuple(node for node in nodes or () if node.name.value not in self._hidden_types)

    def _shown(self, nodes: Sequence[_Hideable] | None) -> list[_Hideable]:
        return [node for node in nodes or () if not has_directive(node, self._inaccessible)]


_Node = TypeVar("_Node", bound=WithDirectives)


def _copy(node: _Node, **changes: object) -> _Node:
    """The same syntax node with other parts and without the directives of the machinery."""
    parts = {key: getattr(node, key, None) for key in type(node).keys}  # type: ignore[attr-defined]
    parts["directives"] = _kept(node)
    return type(node)(**{**parts, **changes})


def _kept(node: WithDirectives) -> tuple[DirectiveNode, ...]:
    return without_directives(node, _KEPT_DIRECTIVES)
