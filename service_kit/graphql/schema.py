"""A Strawberry federation schema as every subgraph here wants it."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from functools import cached_property
from typing import Any, Final

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionResult
from strawberry.types.base import StrawberryObjectDefinition, StrawberryType
from strawberry.types.execution import PreExecutionError
from strawberry.types.scalar import ScalarDefinition

from service_kit.graphql.access import require_every_operation_guarded
from service_kit.graphql.actions import AvailableAction
from service_kit.graphql.documents import DocumentBounds, known_documents
from service_kit.graphql.entities import entities_resolver
from service_kit.graphql.errors import shown_error
from service_kit.graphql.hidden import hide_what_only_services_reach
from service_kit.graphql.imports import ImportResult
from service_kit.graphql.payloads import UserError
from service_kit.graphql.scalars import SCALARS
from service_kit.runtime.input_errors import with_places

FEDERATION_VERSION: Final = "2.9"


class SubgraphSchema(strawberry.federation.Schema):
    """A subgraph: standard Federation 2, guarded, bounded, its errors masked."""

    @cached_property
    def entities_resolver(self) -> Callable[..., object]:  # type: ignore[override]  # one each
        """A resolver of this schema alone: Strawberry writes the return type on it."""
        return entities_resolver()

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Say where bad input stands; the masking logs, which knows what was expected."""
        document = execution_context and execution_context.graphql_document
        operation = document and get_operation_ast(document, execution_context.operation_name)
        if operation:
            sent = execution_context.variables or {}
            errors[:] = with_places(errors, self._schema, operation, sent)

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run one query or mutation; its errors are as clients may see them."""
        return _shown(await super().execute(*args, **kwargs))

    def execute_sync(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run one query without an event loop, for tools."""
        return _shown(super().execute_sync(*args, **kwargs))

    async def stream(self, *args: Any, **kwargs: Any) -> Any:
        """Run any operation as a stream of results; what cannot be run is one with errors."""
        return _shown_each(await super().stream(*args, **kwargs))


def _shown(result: ExecutionResult) -> ExecutionResult:
    if result.errors:
        result.errors = [shown_error(error) for error in result.errors]
    return result


async def _shown_each(results: StreamResult) -> StreamResult:
    async with aclosing(results):
        try:
            async for result in results:
                yield _shown(result) if isinstance(result, ExecutionResult) else result
        except GraphQLError as error:  # the document cannot be parsed
            yield PreExecutionError(data=None, errors=[shown_error(error)])


class _Names(NameConverter):
    """Strawberry's names, except that UserError[ErrorCode] is UserError in every subgraph.

    So are the other types of the kit that hold a service's own enums.
    """

    def from_generic(
        self, generic_type: StrawberryObjectDefinition, types: list[StrawberryType | type]
    ) -> str:
        if issubclass(generic_type.origin, AvailableAction | ImportResult | UserError):
            return generic_type.name
        return super().from_generic(generic_type, types)


def build_subgraph_schema(
    query: type,
    mutation: type | None = None,
    subscription: type | None = None,
    *,
    types: Iterable[type] = (),
    scalars: Mapping[object, ScalarDefinition] | None = None,
    schema_directives: Iterable[object] = (),
    bounds: DocumentBounds | None = None,
) -> SubgraphSchema:
    """Build a subgraph; raises UnguardedOperations if an operation does not name its callers.

    `types` are entities (and others) that no field leads to; `scalars` are the service's own.
    """
    schema = SubgraphSchema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=[known_documents(bounds or DocumentBounds())],
        config=StrawberryConfig(name_converter=_Names(), scalar_map={**SCALARS, **(scalars or {})}),
        schema_directives=schema_directives,
        federation_version=FEDERATION_VERSION,
    )
    require_every_operation_guarded(schema)
    hide_what_only_services_reach(schema._schema)  # noqa: SLF001  # no public way to it
    return schema


def print_sdl(schema: strawberry.Schema) -> str:
    """Give the subgraph's SDL, as `_service { sdl }` gives it, ending with a line break."""
    return schema.as_str().rstrip("\n") + "\n"
