"""Values that are not of the graph's types: each is told with the place where it stands.

Their code is BAD_USER_INPUT, as at the gateway; `path` begins with the argument, or with the
variable that holds it, and goes on as that of a refusal.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from graphql import (
    SKIP,
    ArgumentNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    ValidationContext,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    VisitorAction,
    is_input_type,
    is_non_null_type,
    type_from_ast,
)
from graphql.pyutils import print_path_list
from graphql.utilities import validate_input_literal, validate_input_value

BAD_USER_INPUT = "BAD_USER_INPUT"
_INVALID = "' has invalid value"


class PlacedValuesRule(ValuesOfCorrectTypeRule):
    """The rule of the specification for values in a document, which also says where they stand."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._within = ""

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        """Note which argument the next values are of."""
        self._within = node.name.value

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        """Note which variable the next value is the default of."""
        self._within = node.variable.name.value

    def is_valid_value_node(
        self, node: ValueNode, input_type: GraphQLInputType | None
    ) -> VisitorAction:
        """Report what is wrong with a value, and with those inside of it."""

        def report(error: GraphQLError, path: list[str | int]) -> None:
            nodes = error.nodes or node
            extensions = _extensions(self._within, path)
            self.report_error(GraphQLError(error.message, nodes, extensions=extensions))

        if input_type:
            hidden = self.context.hide_suggestions
            validate_input_literal(node, input_type, report, None, None, hidden)
        return SKIP


def with_places(
    errors: Sequence[GraphQLError],
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    sent: Mapping[str, Any],
    *,
    hide_suggestions: bool = False,
) -> list[GraphQLError]:
    """Give errors, those of variables that are not what they should be with their places.

    What is wrong with more of them, or nested too deeply, is not looked at. Suggestions are hidden
    as they are in the errors.
    """
    number = sum(map(_is_of_variable, errors))
    found = islice(_errors_of_variables(schema, operation, sent, hide_suggestions), number)
    placed = {error.message: error for error in found}
    return [placed.get(error.message, error) for error in errors]


def _is_of_variable(error: GraphQLError) -> bool:
    """Tell it from what is wrong with the variables of the document, whatever was sent."""
    is_at_variable = any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ())
    return is_at_variable and _INVALID in error.message


def _errors_of_variables(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    sent: Mapping[str, Any],
    hide_suggestions: bool,  # noqa: FBT001  # private, and passed on
) -> Iterator[GraphQLError]:
    for definition in operation.variable_definitions or ():
        name, type_ = definition.variable.name.value, type_from_ast(schema, definition.type)
        value = sent.get(name, Undefined)
        left_out = value is Undefined and (
            definition.default_value is not None or not is_non_null_type(type_)
        )
        if left_out or not is_input_type(type_):
            continue
        for reason, path in _wrong_in(value, type_, hide_suggestions):
            message = f"Variable '${name}{_INVALID}{print_path_list(path)}: {reason}"
            yield GraphQLError(message, definition, extensions=_extensions(name, path))


def _wrong_in(
    value: Any,
    type_: GraphQLInputType,
    hide_suggestions: bool,  # noqa: FBT001  # private, and passed on
) -> list[tuple[str, list[str | int]]]:
    """Give what is wrong in a value, and where inside of it."""
    found: list[tuple[str, list[str | int]]] = []

    def note(error: GraphQLError, path: list[str | int]) -> None:
        found.append((error.message, path))

    validate_input_value(value, type_, note, hide_suggestions)
    return found


def _extensions(within: str, path: Sequence[str | int]) -> dict[str, Any]:
    return {"code": BAD_USER_INPUT, "path": [within, *map(str, path)]}
