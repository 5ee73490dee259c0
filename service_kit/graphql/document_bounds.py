"""How large a document may be: counted before it is parsed, measured before it is run."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.validation import ASTValidationRule
from strawberry.extensions import SchemaExtension

from service_kit.graphql.errors import BAD_REQUEST
from service_kit.runtime.telemetry import name_operation


@dataclass(frozen=True, slots=True)
class DocumentBounds:
    """The largest document that a subgraph runs.

    Wider than what a gateway takes from a client: it writes fragments out and adds keys.
    """

    tokens: int = 50_000
    characters: int = 500_000
    depth: int = 40


def bounds_extension(bounds: DocumentBounds) -> type[SchemaExtension]:
    """Give the schema extension that keeps documents within the bounds."""
    rule = _depth_rule(bounds.depth)
    options = {
        "max_lexical_tokens": bounds.tokens,
        "max_comments": bounds.tokens,
        "max_source_length": bounds.characters,
    }

    class KeepBounds(SchemaExtension):
        # It also names the operation for the metrics: one extension costs less than two.

        def on_operation(self) -> Iterator[None]:
            context = self.execution_context
            context.parse_options.update(options)  # type: ignore[typeddict-item]
            context.validation_rules = (*context.validation_rules, rule)
            yield
            if not context.pre_execution_errors and context.graphql_document is not None:
                name_operation(context.operation_name)

    return KeepBounds


def _depth_rule(most: int) -> type[ASTValidationRule]:
    class DepthRule(ASTValidationRule):
        def enter_document(self, document: DocumentNode, *_: object) -> None:
            depths = _Depths(document)
            for definition in document.definitions:
                if isinstance(definition, OperationDefinitionNode):
                    self._check(definition, depths)

        def _check(self, operation: OperationDefinitionNode, depths: "_Depths") -> None:
            depth = depths.of(operation.selection_set)
            if depth > most:
                message = f"The operation is {depth} fields deep; at most {most} are allowed."
                error = GraphQLError(message, operation, extensions={"code": BAD_REQUEST})
                self.report_error(error)

    return DepthRule


class _Depths:
    """Depths of selection sets; each fragment is measured once, so the cost is linear."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode | None) -> int:
        """Give how many fields lie below each other in a selection set."""
        if selections is None:
            return 0
        return max((self._of_one(each) for each in selections.selections), default=0)

    def _of_one(self, selection: object) -> int:
        if isinstance(selection, FieldNode):
            return 1 + self.of(selection.selection_set)
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        return self.of(getattr(selection, "selection_set", None))

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 0  # a cycle ends here; another rule reports it
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set) if fragment else 0
        return self._known[name]
