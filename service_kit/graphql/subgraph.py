"""A subgraph as a Starlette app: signed callers only, bounded bodies, health and metrics."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

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


async def _nothing() -> None:
    pass


def subgraph_app(  # noqa: PLR0913  # wired once, by name
    schema: SubgraphSchema,
    *,
    name: str,
    verifier: CallerVerifier,
    make_context: MakeContext,
    checks: Sequence[HealthCheck],
    registry: CollectorRegistry,
    lifespan: Lifespan | None = None,
    max_body: int = MAX_BODY,
    drain: Callable[[], Awaitable[None]] = _nothing,
) -> Starlette:
    """Serve a schema at /graphql (POST, GET, SSE, WebSocket) beside its health and its metrics.

    `make_context` is called once an operation with the verified caller. Requests without one get
    401, and sockets 4403, before any GraphQL work. `drain` is what else is to be done first when
    the process ends; then the sockets are closed.
    """
    view = SubgraphView(schema, make_context, verifier)

    async def end() -> None:
        await drain()
        await view.sockets.close()

    app = Starlette(
        routes=[
            Route(PATH, SignedCallersOnly(BoundedBody(view, max_body), verifier)),
            WebSocketRoute(PATH, view),
            *health_routes(checks, registry),
        ],
        middleware=[Middleware(RequestTelemetry, process=name, registry=registry)],
        lifespan=lifespan,
    )
    app.state.drain = end
    return app
