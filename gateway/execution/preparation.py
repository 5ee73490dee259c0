"""A document made ready to run, once: parsed, bounded, validated, planned, compiled."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    is_interface_type,
    specified_rules,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from gateway.errors import InvalidOperation, OperationNotFound, UnparsableOperation
from gateway.execution.answer import Answer, RequestErrors
from gateway.execution.compiled_plan import CompiledPlan
from gateway.execution.introspection import Introspection, introspection_of
from gateway.execution.plain_variables import PlainVariables, plain_variables
from gateway.execution.projection import Projection
from gateway.execution.snapshot_plan import SnapshotPlanning, compiling
from gateway.execution.subgraph_errors import ErrorLog
from gateway.execution.subscription_root import SubscriptionRoot, subscription_root
from gateway.execution.veiled_projection import VeiledProjection
from gateway.planning.labels import NO_LABELS
from gateway.planning.plan import OperationKind
from gateway.planning.snapshot import Snapshot
from gateway.security.access_rules import AccessRules, Demands
from gateway.security.expansion import expanded_size
from gateway.security.limits import OperationLimits, check_limits, parse_within
from gateway.security.masking import formatted
from gateway.security.typename_alias import OnlyTypesAreNamedTypename
from gateway.security.veil import GuardedOperation, Veil, guarded
from service_kit.runtime.input_errors import BAD_USER_INPUT, with_places

_MAX_ERRORS = 20
_SELECTION_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class PreparationOptions:
    """What operations may be; `introspection` and `suggestions` are for development."""

    limits: OperationLimits = field(default_factory=OperationLimits)
    introspection: bool = True
    suggestions: bool = True


@dataclass(frozen=True)
class PreparedOperation:
    """An operation ready to run any number of times."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    plan: CompiledPlan
    introspection: Introspection | None
    suggestions: bool
    size: int
    """In characters, with its fragments written out."""
    subscription: SubscriptionRoot | None = None
    guarded: GuardedOperation | None = None
    """What it demands of callers, if it is anything; then this is for those who meet it all."""
    veiled: VeiledProjection | None = None
    """What shows the part that callers may read who do not meet all demands."""

    @property
    def weight(self) -> int:
        """Give what it takes in memory by now, in characters of its text."""
        return self.size + self.plan.projection.grown

    @cached_property
    def kind(self) -> OperationKind:
        """Give the kind of the operation."""
        return OperationKind(self.operation.operation.value)

    @property
    def name(self) -> str | None:
        """Give the operation's name, if it has one."""
        return self.operation.name.value if self.operation.name else None

    def refusal(self, variables: Mapping[str, Any] | None = None) -> Answer | None:
        """Give the answer where a hidden root field leaves no data at all: then nothing is run."""
        if self.veiled is None:
            return None
        return _refusal(self.operation.operation, self.veiled, variables)

    def coerce(self, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the variables with their defaults; raises RequestErrors."""
        plain = self._plain(sent)
        return self.coerced(sent).coerced if plain is None else plain

    @cached_property
    def _plain(self) -> PlainVariables:
        return plain_variables(self.operation.variable_definitions or ())

    def coerced(self, sent: Mapping[str, Any]) -> VariableValues:
        """Give the variables as graphql-core wants them; raises RequestErrors."""
        definitions = self.operation.variable_definitions
        if not definitions:
            return VariableValues({}, {})
        values = get_variable_values(
            self.schema,
            definitions,
            dict(sent),
            max_errors=_MAX_ERRORS,
            hide_suggestions=not self.suggestions,
        )
        if isinstance(values, list):
            hidden = not self.suggestions
            errors = with_places(values, self.schema, self.operation, sent, hide_suggestions=hidden)
            raise RequestErrors([formatted(error, BAD_USER_INPUT) for error in errors])
        return values


def prepare(
    snapshot: Snapshot,
    text: str,
    operation_name: str | None,
    options: PreparationOptions,
    labels: frozenset[str] = NO_LABELS,
    access: AccessRules | None = None,
) -> PreparedOperation:
    """Prepare an operation of a document for active labels and for callers who may read all of it.

    Raises ClientError.
    """
    try:
        document = parse_within(text, options.limits)
    except GraphQLSyntaxError as error:
        raise RequestErrors([formatted(error, UnparsableOperation.code)]) from error
    check_limits(document, options.limits)
    schema = snapshot.public_schema
    rules = [*specified_rules, OnlyTypesAreNamedTypename]
    if not options.introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    errors = validate(
        schema, document, rules, _MAX_ERRORS, hide_suggestions=not options.suggestions
    )
    if errors:
        raise RequestErrors([formatted(error, InvalidOperation.code) for error in errors])
    nodes = document.definitions
    operation = _chosen(
        [node for node in nodes if isinstance(node, OperationDefinitionNode)], operation_name
    )
    fragments = {
        node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)
    }
    projection = Projection(schema, operation, fragments, snapshot.hidden_types)
    compiled = compiling(projection, _interfaces(snapshot))
    plan = compiled(snapshot.planner.plan(document, operation_name, labels))
    roots = projection.root_fields
    showing = SnapshotPlanning(snapshot, operation, fragments, projection, compiled, labels)
    return PreparedOperation(
        schema=schema,
        operation=operation,
        plan=plan,
        introspection=introspection_of(schema, operation, fragments, roots),
        suggestions=options.suggestions,
        size=max(len(text), expanded_size(document) * _SELECTION_CHARACTERS),
        subscription=(
            subscription_root(
                snapshot.supergraph, schema, operation, fragments, roots, plan, showing
            )
            if operation.operation is OperationType.SUBSCRIPTION and plan.fetches
            else None
        ),
        guarded=guarded(schema, access, operation, fragments) if access else None,
    )


def prepare_without(
    snapshot: Snapshot,
    whole: PreparedOperation,
    unmet: Demands,
    labels: frozenset[str] = NO_LABELS,
) -> PreparedOperation:
    """Prepare an operation again, for callers who leave some demands unmet; raises ClientError."""
    guard = whole.guarded
    if guard is None:
        return whole
    schema, operation, fragments = whole.schema, guard.operation, guard.fragments
    veil = Veil(guard, unmet)
    projection = VeiledProjection(schema, operation, fragments, veil, snapshot.hidden_types)
    if _refusal(operation.operation, projection, None) is not None:
        return replace(whole, veiled=projection, subscription=None)
    narrowed = veil.narrowed()
    compiled = compiling(projection, _interfaces(snapshot))
    plan = compiled(snapshot.planner.plan(DocumentNode(definitions=(narrowed,)), labels=labels))
    roots = projection.root_fields
    shown = Projection(schema, narrowed, {}, snapshot.hidden_types)
    showing = SnapshotPlanning(snapshot, narrowed, {}, shown, compiled, labels)
    return replace(
        whole,
        veiled=projection,
        plan=plan,
        size=whole.size + expanded_size(DocumentNode(definitions=(narrowed,))),
        subscription=(
            subscription_root(
                snapshot.supergraph, schema, operation, fragments, roots, plan, showing
            )
            if whole.subscription is not None and plan.fetches
            else None
        ),
    )


def _refusal(
    kind: OperationType, projection: VeiledProjection, variables: Mapping[str, Any] | None
) -> Answer | None:
    log = ErrorLog(projection.visible_part, lambda _: None)
    is_subscription = kind is OperationType.SUBSCRIPTION
    for root in projection.hidden_roots(variables):
        if is_subscription or root.required:
            log.hidden((root.key,), root.name)
    return Answer(None, log.errors, was_run=not is_subscription) if log.errors else None


def _chosen(operations: list[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    if name is None:
        if len(operations) == 1:
            return operations[0]
        raise OperationNotFound(
            "The document has several operations; say which one to run (`operationName`)."
        )
    for operation in operations:
        if operation.name is not None and operation.name.value == name:
            return operation
    raise OperationNotFound(f'The document has no operation named "{name}".')


def _interfaces(snapshot: Snapshot) -> frozenset[str]:
    types = snapshot.supergraph.schema.type_map.values()
    return frozenset(one.name for one in types if is_interface_type(one))
