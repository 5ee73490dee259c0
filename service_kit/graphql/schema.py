"""A Strawberry federation schema as every subgraph here wants it."""

from collections.abc import Iterable, Mapping
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaskErrors, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import StrawberryObjectDefinition, StrawberryType
from strawberry.types.scalar import ScalarDefinition

from service_kit.graphql.access import require_every_operation_guarded
from service_kit.graphql.document_bounds import DocumentBounds, bounds_extension
from service_kit.graphql.errors import shown_error
from service_kit.graphql.payloads import UserError
from service_kit.graphql.scalars import SCALARS

FEDERATION_VERSION = "2.9"
CACHED_DOCUMENTS = 500


class SubgraphSchema(strawberry.federation.Schema):
    """A subgraph: standard Federation 2, guarded, bounded, its errors masked."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave the logging to the masking, which knows what was expected."""


class ShowErrors(MaskErrors):
    """Replaces each error by what a client may see of it."""

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        return shown_error(error)


class _Names(NameConverter):
    """Strawberry's names, except that UserError[ErrorCode] is UserError in every subgraph."""

    def from_generic(
        self, generic_type: StrawberryObjectDefinition, types: list[StrawberryType | type]
    ) -> str:
        if issubclass(generic_type.origin, UserError):
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
    extensions: Iterable[type[SchemaExtension]] = (),
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
        extensions=[
            ShowErrors,
            bounds_extension(bounds or DocumentBounds()),
            lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
            *extensions,
        ],
        config=StrawberryConfig(name_converter=_Names(), scalar_map={**SCALARS, **(scalars or {})}),
        schema_directives=schema_directives,
        federation_version=FEDERATION_VERSION,
    )
    require_every_operation_guarded(schema)
    return schema


def print_sdl(schema: strawberry.Schema) -> str:
    """Give the subgraph's SDL, as `_service { sdl }` gives it, ending with a line break."""
    return schema.as_str().rstrip("\n") + "\n"
