"""A subgraph as a Starlette app: signed callers only, bounded bodies, health and metrics."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from service_kit.graphql.context import InfoOf, SubgraphContext
from service_kit.graphql.guards import BoundedBody, SignedCallersOnly
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema, print_sdl
from service_kit.graphql.view import MakeContext, SubgraphView
from service_kit.identity.tokens import CallerVerifier
from service_kit.runtime.health import HealthCheck, health_routes
from service_kit.runtime.telemetry import RequestTelemetry

__all__ = [
    "InfoOf",
    "SubgraphContext",
    "SubgraphSchema",
    "build_subgraph_schema",
    "print_sdl",
    "subgraph_app",
]

PATH = "/graphql"
MAX_BODY = 8 * 1024 * 1024

Lifespan: TypeAlias = Callable[[Starlette], AbstractAsyncContextManager[None]]


def subgraph_app(
    schema: SubgraphSchema,
    *,
    name: str,
    verifier: CallerVerifier,
    make_context: MakeContext,
    checks: Sequence[HealthCheck],
    registry: CollectorRegistry,
    lifespan: Lifespan | None = None,
    max_body: int = MAX_BODY,
) -> Starlette:
    """Serve a schema at /graphql (POST, GET and SSE) beside its health and its metrics.

    `make_context` is called once a request with the verified caller. Requests without one get
    401 before any GraphQL work.
    """
    view = SubgraphView(schema, make_context)
    return Starlette(
        routes=[
            Route(PATH, SignedCallersOnly(BoundedBody(view, max_body), verifier)),
            *health_routes(checks, registry),
        ],
        middleware=[Middleware(RequestTelemetry, process=name, registry=registry)],
        lifespan=lifespan,
    )
