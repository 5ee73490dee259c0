"""`python -m tests.support.loss.counting_service`: the counting subgraph, served for real."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from service_kit.graphql.service_program import ServiceProgram
from service_kit.graphql.service_settings import ServiceSettings, database_of, relay_settings_of
from service_kit.graphql.subgraph import subgraph_app
from service_kit.identity.keys import TrustedKeys
from service_kit.identity.tokens import CallerVerifier
from service_kit.messaging.bus import Bus
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.relay import Relay
from service_kit.runtime.clock import SystemClock
from service_kit.runtime.health import HealthCheck
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.running import Works, running
from tests.support.loss.counters import SERVICE, migrate
from tests.support.loss.counting_graph import CountingContext, counting_schema

PREFIX = "COUNTING"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingSettings(ServiceSettings):
    """What every service has."""

    port: int = 4009
    database: str = "counting"


def app_of(settings: CountingSettings) -> Starlette:
    """Give the app, with the relay beside it."""
    clock = SystemClock()
    database = database_of(settings, SERVICE)
    bus = Bus(settings.redis_url.reveal())
    log = EventLog(bus, SERVICE, settings.partitions)
    relay = Relay(
        database,
        bus,
        SERVICE,
        settings.partitions,
        new_identifier(),
        settings=relay_settings_of(settings),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            async with running(Works(), relay.run):
                yield
        finally:
            await bus.close()
            await database.close()

    app = subgraph_app(
        counting_schema(),
        name=SERVICE,
        verifier=CallerVerifier(TrustedKeys.from_file(settings.trusted_keys_file), SERVICE, clock),
        make_context=lambda caller: CountingContext(caller, clock, database, log),
        checks=(HealthCheck("mongodb", database.ping), HealthCheck("redis", bus.ping, vital=False)),
        registry=CollectorRegistry(),
        lifespan=lifespan,
    )
    app.state.drain = log.close
    return app


PROGRAM = ServiceProgram(SERVICE, PREFIX, CountingSettings, counting_schema, app_of, migrate)

if __name__ == "__main__":
    raise SystemExit(PROGRAM.main(sys.argv[1:], os.environ))  # noqa: TID251  # its own __main__
