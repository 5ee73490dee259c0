"""Questions about the schema itself: answered here, by graphql-core, over the public schema."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    execute_sync,
    visit,
)

from gateway.execution.selections import SelectedField

INTROSPECTION_FIELDS = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Introspection:
    """The part of an operation that asks about the schema; `fixed` is its answer if it has one."""

    schema: GraphQLSchema
    document: DocumentNode
    fixed: Mapping[str, Any] | None = None

    def answer(self, sent_variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the values by response key."""
        if self.fixed is not None:
            return self.fixed
        return _executed(self.schema, self.document, sent_variables)


def introspection_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    root_fields: Iterable[SelectedField],
) -> Introspection | None:
    """Take the questions about the schema out of an operation; None if it has none."""
    nodes = [
        node
        for field in root_fields
        if field.name in INTROSPECTION_FIELDS
        for node, _ in field.appearances
    ]
    if not nodes:
        return None
    asked = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    document = DocumentNode(definitions=(asked, *fragments.values()))
    if _uses_variables(document):
        return Introspection(schema, document)
    return Introspection(schema, document, _executed(schema, document, {}))


def _executed(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    result = execute_sync(schema, document, variable_values=dict(variables))
    return result.data or {}


def _uses_variables(document: DocumentNode) -> bool:
    finder = _VariableFinder()
    for definition in document.definitions:
        body = getattr(definition, "selection_set", None)
        if body is not None:
            visit(body, finder)
    return finder.found


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, _node: VariableNode, *_: object) -> None:
        self.found = True
