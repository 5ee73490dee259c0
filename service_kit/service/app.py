"""A service as it is served: its subgraph, what runs beside it, and the order it closes in."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

from starlette.applications import Starlette

from service_kit.graphql.schema import SubgraphSchema
from service_kit.graphql.subgraph import Lifespan, subgraph_app
from service_kit.graphql.view import MakeContext
from service_kit.identity.tokens import CallerVerifier
from service_kit.messaging.upkeep import upkeep
from service_kit.runtime.health import HealthCheck
from service_kit.runtime.running import Work, running
from service_kit.service.foundation import Foundation
from service_kit.service.machinery import Machinery
from service_kit.storage.database import Database

Close: TypeAlias = Callable[[], Awaitable[None]]


def service_app(
    foundation: Foundation,
    machinery: Machinery,
    schema: SubgraphSchema,
    make_context: MakeContext,
    lifespan: Lifespan | None = None,
) -> Starlette:
    """Give the ASGI app of one process; without a lifespan nothing runs beside the requests."""
    return subgraph_app(
        schema,
        name=foundation.name,
        verifier=CallerVerifier(foundation.trusted, foundation.name, foundation.clock),
        make_context=make_context,
        checks=(
            HealthCheck("mongodb", foundation.database.ping),
            HealthCheck("redis", foundation.bus.ping, vital=False),
            HealthCheck("works", foundation.works.probe),
        ),
        registry=foundation.registry,
        lifespan=lifespan,
        drain=machinery.log.close,
    )


def lifespan_of(
    foundation: Foundation,
    machinery: Machinery,
    migrate: Callable[[Database], Awaitable[None]],
    *closes: Close,
    works: Sequence[Work] = (),
) -> Lifespan:
    """Give the life of a process: indexes first, then the relay and the due work beside the app.

    So are the `works` of the service itself. At its end these stop, `closes` are called in their
    order, and the foundation is closed.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as ends:
            for close in reversed((*closes, foundation.bus.close, foundation.database.close)):
                ends.push_async_callback(close)
            await migrate(foundation.database)
            await machinery.relay.identity()
            async with running(
                foundation.works,
                machinery.relay.run,
                machinery.due_worker.run,
                *upkeep(machinery.storage.outcomes, machinery.backlog),
                *works,
            ):
                yield

    return lifespan
