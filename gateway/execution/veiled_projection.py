"""The client's answer where a part of the operation is hidden from the caller."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)

from gateway.execution.completion import HIDDEN, FieldShape, refused
from gateway.execution.projection import Projection
from gateway.execution.selections import SelectedField, holds
from gateway.execution.tree import JsonObject
from gateway.security.veil import Veil, possible_types


class VeiledProjection(Projection):
    """Completes as its base does, and puts null and an error where the caller may not look.

    Even where the tree has a value: the gateway may have read it for its own use.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        veil: Veil,
        hidden: AbstractSet[str] = frozenset(),
    ) -> None:
        self._veil = veil
        super().__init__(schema, operation, fragments, hidden)

    def complete_straight(
        self,
        tree: JsonObject,  # noqa: ARG002
        variables: Mapping[str, Any],  # noqa: ARG002
    ) -> JsonObject | None:
        """Give nothing: what is hidden always needs a word about it."""
        return None

    def hidden_roots(self, variables: Mapping[str, Any] | None = None) -> tuple[FieldShape, ...]:
        """Give the root fields that are hidden; without variables, whatever they may be."""
        return tuple(
            field
            for field in self._root.fields
            if field.constant is HIDDEN
            and any(
                not when or (variables is not None and holds(when, variables))
                for _, when in field.turns
            )
        )

    def _field(
        self, on: GraphQLObjectType | GraphQLAbstractType, selected: SelectedField
    ) -> FieldShape:
        shown = tuple(each for each in selected.appearances if self._is_shown(each.node, on))
        if shown:
            return super()._field(on, replace(selected, appearances=shown))
        definition = getattr(on, "fields", {}).get(selected.name)
        required = definition is not None and isinstance(definition.type, GraphQLNonNull)
        name, key = f"{on.name}.{selected.name}", selected.response_key
        return FieldShape(key, None, refused, required, name, selected.turns, HIDDEN)

    def _is_shown(self, node: FieldNode, on: GraphQLObjectType | GraphQLAbstractType) -> bool:
        """Whether a field may be read; of an object of unknown type, if it may be of all."""
        return all(self._veil.shows(node, each) for each in possible_types(self._schema, on.name))
