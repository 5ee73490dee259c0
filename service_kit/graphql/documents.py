"""Documents that may be run: parsed within bounds, valid, and known by their text afterwards.

How large one is is counted before it is parsed, and measured before it is run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
)
from graphql.validation import ASTValidationRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from service_kit.graphql.errors import BAD_REQUEST
from service_kit.identity.bounded_cache import BoundedCache
from service_kit.runtime.input_errors import PlacedValuesRule
from service_kit.runtime.telemetry import name_operation

KNOWN_CHARACTERS = 500_000
"""Of all documents that are known together; a parsed one takes up to 300 bytes for each."""
_RULES = tuple(
    PlacedValuesRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules
)


@dataclass(frozen=True, slots=True)
class DocumentBounds:
    """The largest document that a subgraph runs.

    Wider than what a gateway takes from a client: it writes fragments out and adds keys.
    """

    tokens: int = 50_000
    characters: int = 500_000
    depth: int = 40


class Checked(NamedTuple):
    """A document and what is wrong with it, if anything is."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]


class Documents:
    """The documents of one schema; those seen last are known by their text."""

    def __init__(self, bounds: DocumentBounds) -> None:
        self._bounds = bounds
        self._rules = (*_RULES, _depth_rule(bounds.depth))
        self._known: BoundedCache[str, Checked] = BoundedCache(KNOWN_CHARACTERS, len)

    def checked(self, schema: GraphQLSchema, text: str) -> Checked:
        """Parse and validate a document, unless that has been done; raises GraphQLError."""
        known = self._known.get(text)
        if known is None:
            document = self._parsed(text)
            known = Checked(document, tuple(validate_document(schema, document, self._rules)))
            self._known.put(text, known)
        return known

    def _parsed(self, text: str) -> DocumentNode:
        return parse(
            text,
            max_lexical_tokens=self._bounds.tokens,
            max_comments=self._bounds.tokens,
            max_source_length=self._bounds.characters,
        )


def known_documents(bounds: DocumentBounds) -> type[SchemaExtension]:
    """Give the schema extension that runs documents within the bounds, each checked once.

    It stands in for Strawberry's caches of parsed and of valid documents: extensions are made anew
    for each request, and one of them costs a third of three.
    """
    documents = Documents(bounds)

    class KnownDocuments(SchemaExtension):
        # It also names the operation for the metrics.

        def on_operation(self) -> Iterator[None]:
            context = self.execution_context
            if context.query:
                schema = context.schema._schema  # noqa: SLF001  # no public way to it
                checked = documents.checked(schema, context.query)
                context.graphql_document = checked.document
                context.pre_execution_errors = list(checked.errors)
            yield
            if not context.pre_execution_errors and context.graphql_document is not None:
                name_operation(context.operation_name)

    return KnownDocuments


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
